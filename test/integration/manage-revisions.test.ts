import { asc, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { auditEvents, touches } from '../../db/schema.ts';
import { componentPatch, pagePatch } from '../../src/domain/input.ts';
import { setComponentStatuses } from '../../src/manage/component-statuses.ts';
import { createComponent, deleteComponent, editComponent } from '../../src/manage/components.ts';
import { createGroup, editGroup } from '../../src/manage/groups.ts';
import { deleteUpdate, editUpdate, writePostmortem } from '../../src/manage/incident-updates.ts';
import { deleteIncident, postUpdate } from '../../src/manage/incidents.ts';
import { deleteMaintenance } from '../../src/manage/maintenance.ts';
import { inOneTransaction } from '../../src/manage/one-transaction.ts';
import { editPage } from '../../src/manage/pages.ts';
import { type Desk, deskOf, down } from '../fixtures/desk.ts';
import { HOUR, newPage, openSite, pageRow, type Site } from '../fixtures/store.ts';

let site: Site;
let pageId: string;
let desk: Desk;
let api: string;
let group: string;
let incident: string;
let window: string;

beforeEach(async () => {
  site = await openSite();
  pageId = await newPage(site);
  desk = deskOf(site, pageId);
  api = await desk.add('API');
  group = (await createGroup(site.manager, site.actor, pageId, { name: 'Region' })).value;
  incident = await desk.open({ components: [down(api)] });
  window = await desk.plan(HOUR, 2 * HOUR, { component_ids: [api] });
  site.clock.advance(1000);
  site.committed.length = 0;
});
afterEach(() => site.close());

const patchIncident = (body: Record<string, unknown>) => desk.patch(incident, body);
const patchWindow = (body: Record<string, unknown>) => desk.patchWindow(window, body);
const patchComponent = (input: Record<string, unknown>) =>
  editComponent(site.manager, site.actor, pageId, api, componentPatch.parse(input));
const patchPage = (input: Record<string, unknown>) =>
  editPage(site.manager, site.actor, pageId, pagePatch.parse(input));
const firstUpdate = async () => (await desk.incident(incident)).updates.at(-1)!.id;
const audits = () =>
  site.store.read
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.pageId, pageId))
    .orderBy(asc(auditEvents.id));

const hidden: [string, () => Promise<{ revision: number }>][] = [
  [
    'a component is given the name, code and place that it has',
    () => patchComponent({ name: 'API', code: 'api', description: null, position: 1 }),
  ],
  [
    'a status is set again',
    () => setComponentStatuses(site.manager, site.actor, pageId, [{ id: api, status: 'operational' }]),
  ],
  ['a status is set that an incident hides', () => patchComponent({ status: 'partial_outage' })],
  [
    'a group is given the name that it has',
    () => editGroup(site.manager, site.actor, pageId, group, { name: 'Region' }),
  ],
  [
    'an incident is given what it has',
    () => patchIncident({ title: 'Errors', status: 'investigating', components: [], next_update_at: null }),
  ],
  ['an incident is given the text that it has', () => patchIncident({ body: 'We look into it.' })],
  [
    'an update is given the text that it has',
    async () =>
      editUpdate(site.manager, site.actor, pageId, incident, await firstUpdate(), {
        body: 'We look into it.',
      }),
  ],
  [
    'a window is given what it has',
    () =>
      patchWindow({
        title: 'Router',
        body: 'We replace it.',
        component_ids: [api],
        auto_start: true,
        starts_at: site.clock.iso(HOUR - 1000),
      }),
  ],
  ['a window is to tell nobody', () => patchWindow({ notify: false })],
  [
    'a page is given what it has',
    () => patchPage({ name: 'Northwind', languages: ['en'], description: '', timezone: 'Etc/UTC' }),
  ],
  [
    'a page is given a domain that does not route yet',
    () => patchPage({ domain: 'status.northwind.example' }),
  ],
];

const seen: [string, () => Promise<{ revision: number }>][] = [
  ['a component is renamed', () => patchComponent({ name: 'Public API' })],
  [
    'a worse status is set',
    () => setComponentStatuses(site.manager, site.actor, pageId, [{ id: api, status: 'major_outage' }]),
  ],
  ['a component moves into a group', () => patchComponent({ group_id: group })],
  ['a component is deleted', () => deleteComponent(site.manager, site.actor, pageId, api)],
  ['an empty group is made', () => createGroup(site.manager, site.actor, pageId, { name: 'Zone' })],
  ['an incident gets another title', () => patchIncident({ title: 'More errors' })],
  [
    'an incident gets an update',
    () =>
      postUpdate(site.manager, site.actor, pageId, incident, {
        status: 'monitoring',
        body: 'Mended.',
        notify: false,
      }),
  ],
  [
    'an update’s text is corrected',
    async () =>
      editUpdate(site.manager, site.actor, pageId, incident, await firstUpdate(), { body: 'Better.' }),
  ],
  ['a postmortem is written', () => writePostmortem(site.manager, site.actor, pageId, incident, 'A cable.')],
  ['an incident is deleted', () => deleteIncident(site.manager, site.actor, pageId, incident)],
  ['a window gets another title', () => patchWindow({ title: 'Switch' })],
  ['a window is deleted', () => deleteMaintenance(site.manager, site.actor, pageId, window)],
  ['a page is renamed', () => patchPage({ name: 'Northwind Cloud' })],
  ['a page changes its time zone', () => patchPage({ timezone: 'Europe/Zurich' })],
];

describe('the revision', () => {
  test.each(hidden)('stays when %s', async (_, act) => {
    const before = await pageRow(site, pageId);
    const { revision } = await act();
    expect(revision).toBe(before.revision);
    expect(await pageRow(site, pageId)).toMatchObject({
      revision: before.revision,
      changedAt: before.changedAt,
    });
    expect(site.committed).toEqual([]);
  });

  // The set status is a case of its own: it is hidden by the incident, which says the same.
  test.each(seen.filter(([name]) => name !== 'a worse status is set'))(
    'rises by one when %s',
    async (_, act) => {
      const before = await pageRow(site, pageId);
      const { revision } = await act();
      expect(revision).toBe(before.revision + 1);
      expect(await pageRow(site, pageId)).toMatchObject({ revision, changedAt: site.clock.now });
      expect(site.committed).toEqual([{ id: pageId, slug: expect.any(String), revision }]);
    },
  );

  test('says when the page last changed for readers, not when its team last wrote', async () => {
    const { changedAt } = await pageRow(site, pageId);
    site.clock.advance(HOUR / 2);
    await patchComponent({ status: 'degraded_performance' });
    expect((await pageRow(site, pageId)).changedAt).toBe(changedAt);
  });
});

describe('every write', () => {
  test.each([...hidden, ...seen])('leaves one line in the audit when %s', async (_, act) => {
    const before = await audits();
    await act();
    const after = await audits();
    expect(after).toHaveLength(before.length + 1);
    expect(after.at(-1)).toMatchObject({
      actor: 'cli',
      organizationId: site.actor.organizationId,
      createdAt: site.clock.now,
    });
  });

  test('leaves no line when it is refused', async () => {
    const before = await audits();
    await expect(
      deleteUpdate(site.manager, site.actor, pageId, incident, await firstUpdate()),
    ).rejects.toMatchObject({ kind: 'conflict' });
    await expect(deleteComponent(site.manager, site.actor, pageId, group)).rejects.toMatchObject({
      kind: 'not_found',
    });
    expect(await audits()).toEqual(before);
  });

  test('is refused as not found to other organizations, and to keys of other pages', async () => {
    const strangers = [
      { ...site.actor, organizationId: group },
      { ...site.actor, pageIds: [group] },
      { ...site.actor, pageIds: [] },
    ];
    for (const actor of strangers) {
      await expect(deleteComponent(site.manager, actor, pageId, api)).rejects.toMatchObject({
        kind: 'not_found',
      });
      await expect(editPage(site.manager, actor, pageId, { name: 'Mine' })).rejects.toMatchObject({
        kind: 'not_found',
      });
    }
    await editPage(site.manager, { ...site.actor, pageIds: [pageId] }, pageId, { name: 'Mine' });
  });

  test('touches what has files of its own, with the revision that changed it', async () => {
    const touched = async () => {
      const { revision } = await pageRow(site, pageId);
      const rows = await site.store.read.select().from(touches).where(eq(touches.revision, revision));
      return rows.map(({ kind, ref }) => `${kind} ${ref}`).sort();
    };
    await patchIncident({ started_at: '2025-12-31T23:00:00Z' });
    expect(await touched()).toEqual([
      `incident ${incident}`,
      'month 2025-12',
      'month 2026-01',
      'uptime 2025-12',
      'uptime 2026-01',
    ]);
    await patchWindow({ starts_at: '2026-02-01T00:00:00Z', ends_at: '2026-02-01T01:00:00Z' });
    expect(await touched()).toEqual([`maintenance ${window}`, 'month 2026-01', 'month 2026-02']);
    await patchComponent({ name: 'Public API' });
    expect(await touched()).toEqual([
      `incident ${incident}`,
      `maintenance ${window}`,
      'month 2025-12',
      'month 2026-02',
    ]);
    await deleteComponent(site.manager, site.actor, pageId, api);
    expect(await touched()).toContain(`component ${api}`);
  });
});

describe('several changes in one transaction', () => {
  test('are all there or none, and those who wait are told once', async () => {
    const { revision } = await pageRow(site, pageId);
    const failing = inOneTransaction(site.manager, async (inside) => {
      await createComponent(inside, site.actor, pageId, { name: 'Web' });
      await createComponent(inside, site.actor, pageId, { name: 'Mail', code: 'api' });
    });
    await expect(failing).rejects.toMatchObject({ kind: 'conflict' });
    expect((await pageRow(site, pageId)).revision).toBe(revision);
    expect(site.committed).toEqual([]);
    await inOneTransaction(site.manager, async (inside) => {
      for (const name of ['Web', 'Mail']) await createComponent(inside, site.actor, pageId, { name });
    });
    expect(site.committed).toEqual([{ id: pageId, slug: 'northwind', revision: revision + 2 }]);
  });
});
