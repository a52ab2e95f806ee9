import { asc, eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { components, outbox } from '../../db/schema.ts';
import { incidentOf, selectIncidents } from '../../db/told.ts';
import { incidentCreate, incidentPatch, incidentUpdateCreate } from '../../src/domain/input.ts';
import type { Incident } from '../../src/domain/records.ts';
import { createComponent, deleteComponent } from '../../src/manage/components.ts';
import { deleteUpdate, editUpdate, writePostmortem } from '../../src/manage/incident-updates.ts';
import { deleteIncident, editIncident, openIncident, postUpdate } from '../../src/manage/incidents.ts';
import { HOUR, MINUTE, newPage, openSite, pageRow, type Site } from '../fixtures/store.ts';

let site: Site;
let pageId: string;
let api: string;
let web: string;
let mail: string;

beforeEach(async () => {
  site = await openSite();
  pageId = await newPage(site);
  [api, web, mail] = (await Promise.all(['API', 'Web', 'Mail'].map(addComponent))) as [string, string, string];
  site.clock.advance(HOUR);
});
afterEach(() => site.close());

async function addComponent(name: string): Promise<string> {
  return (await createComponent(site.manager, site.actor, pageId, { name })).value;
}

async function open(input: Record<string, unknown> = {}): Promise<string> {
  const body = incidentCreate.parse({ title: 'Errors', body: 'We look into it.', ...input });
  return (await openIncident(site.manager, site.actor, pageId, body)).value;
}

async function post(id: string, input: Record<string, unknown> = {}): Promise<string> {
  const body = incidentUpdateCreate.parse({ status: 'identified', body: 'More is known.', ...input });
  return (await postUpdate(site.manager, site.actor, pageId, id, body)).value;
}

const patch = (id: string, input: Record<string, unknown>) =>
  editIncident(site.manager, site.actor, pageId, id, incidentPatch.parse(input));

async function told(id: string): Promise<Incident> {
  const [row] = await selectIncidents(site.store.read, { where: sql`i.id = ${id}` });
  return incidentOf(row!);
}

/** What an incident says now, by name. */
async function says(id: string): Promise<Record<string, string>> {
  return Object.fromEntries((await told(id)).components.map(({ name, status }) => [name, status]));
}

/** What components show now, by name. */
async function shown(): Promise<Record<string, string>> {
  const rows = await site.store.read.select().from(components).orderBy(asc(components.topRank));
  return Object.fromEntries(rows.map(({ name, status }) => [name, status]));
}

async function messages() {
  const rows = await site.store.read.select().from(outbox).where(eq(outbox.pageId, pageId)).orderBy(asc(outbox.id));
  return rows.map(({ event, revision, payload }) => ({ event, revision, ...payload }));
}

const down = (id: string) => ({ id, status: 'major_outage' });
const slow = (id: string) => ({ id, status: 'degraded_performance' });
const well = (id: string) => ({ id, status: 'operational' });

describe('what an incident says of components', () => {
  test('is changed by an update only where the update names them', async () => {
    const id = await open({ components: [down(api), slow(web)] });
    await post(id, { components: [slow(api)] });
    expect(await says(id)).toEqual({ API: 'degraded_performance', Web: 'degraded_performance' });
    await post(id, { components: [] });
    await post(id, { components: [down(mail)] });
    expect(await says(id)).toEqual({ API: 'degraded_performance', Web: 'degraded_performance', Mail: 'major_outage' });
    expect(await shown()).toEqual({ API: 'degraded_performance', Web: 'degraded_performance', Mail: 'major_outage' });
  });

  test('is taken back by operational, and the component stays listed', async () => {
    const id = await open({ components: [down(api), down(web)] });
    await post(id, { components: [well(api)] });
    expect(await says(id)).toEqual({ API: 'operational', Web: 'major_outage' });
    expect(await shown()).toEqual({ API: 'operational', Web: 'major_outage', Mail: 'operational' });
  });

  test('is all taken back when it is resolved', async () => {
    const id = await open({ components: [down(api), down(web)] });
    await post(id, { status: 'resolved', components: [slow(web)] });
    expect(await says(id)).toEqual({ API: 'operational', Web: 'operational' });
    expect(await shown()).toEqual({ API: 'operational', Web: 'operational', Mail: 'operational' });
  });

  test('begins anew when it is reopened: then it says only what it names', async () => {
    const id = await open({ components: [down(api), down(web)] });
    await post(id, { status: 'resolved' });
    site.clock.advance(MINUTE);
    await post(id, { status: 'monitoring', components: [slow(web)] });
    expect(await told(id)).toMatchObject({ status: 'monitoring', resolvedAt: null });
    expect(await says(id)).toEqual({ API: 'operational', Web: 'degraded_performance' });
    expect(await shown()).toMatchObject({ API: 'operational', Web: 'degraded_performance' });
  });

  test('does not hide what another incident says of the same component', async () => {
    const first = await open({ components: [down(api)] });
    const second = await open({ components: [slow(api)] });
    expect(await shown()).toMatchObject({ API: 'major_outage' });
    await post(first, { status: 'resolved' });
    expect(await shown()).toMatchObject({ API: 'degraded_performance' });
    await deleteIncident(site.manager, site.actor, pageId, second);
    expect(await shown()).toMatchObject({ API: 'operational' });
  });

  test('is listed with each update as it was said there', async () => {
    const id = await open({ components: [down(api)] });
    await post(id, { components: [slow(web), well(api)] });
    const { updates } = await told(id);
    expect(updates.map((update) => update.components.map(({ name, status }) => `${name} ${status}`))).toEqual([
      ['Web degraded_performance', 'API operational'],
      ['API major_outage'],
    ]);
  });

  test('can only name components of its own page', async () => {
    const other = await newPage(site, { name: 'Elsewhere' });
    const foreign = (await createComponent(site.manager, site.actor, other, { name: 'Theirs' })).value;
    const before = await pageRow(site, pageId);
    await expect(open({ components: [down(api), down(foreign)] })).rejects.toMatchObject({ kind: 'invalid' });
    const id = await open();
    await expect(post(id, { components: [down(foreign)] })).rejects.toMatchObject({ kind: 'invalid' });
    expect((await pageRow(site, pageId)).revision).toBe(before.revision + 1);
    expect(await shown()).toMatchObject({ API: 'operational' });
  });
});

describe('the status of an incident', () => {
  test('is that of the newest update, also after one was deleted', async () => {
    const id = await open({ components: [down(api)] });
    await post(id, { status: 'monitoring' });
    site.clock.advance(MINUTE);
    const last = await post(id, { status: 'resolved' });
    expect(await told(id)).toMatchObject({ status: 'resolved', resolvedAt: site.clock.now });
    await deleteUpdate(site.manager, site.actor, pageId, id, last);
    expect(await told(id)).toMatchObject({ status: 'monitoring', resolvedAt: null });
    expect(await shown()).toMatchObject({ API: 'major_outage' });
  });

  test('keeps the time at which it was resolved when a word is added later', async () => {
    const id = await open();
    const resolvedAt = site.clock.now;
    await post(id, { status: 'resolved' });
    site.clock.advance(HOUR);
    const word = await post(id, { status: 'resolved' });
    expect((await told(id)).resolvedAt).toBe(resolvedAt);
    await deleteUpdate(site.manager, site.actor, pageId, id, word);
    expect((await told(id)).resolvedAt).toBe(resolvedAt);
  });

  test('was resolved later when the update that resolved it first is deleted', async () => {
    const id = await open();
    const first = await post(id, { status: 'resolved' });
    site.clock.advance(HOUR);
    await post(id, { status: 'resolved' });
    await deleteUpdate(site.manager, site.actor, pageId, id, first);
    expect((await told(id)).resolvedAt).toBe(site.clock.now);
  });

  test('was resolved earlier when the update that had reopened it is deleted', async () => {
    const id = await open();
    const resolvedAt = site.clock.now;
    await post(id, { status: 'resolved' });
    site.clock.advance(HOUR);
    const again = await post(id, { status: 'investigating' });
    site.clock.advance(HOUR);
    await post(id, { status: 'resolved' });
    await deleteUpdate(site.manager, site.actor, pageId, id, again);
    expect((await told(id)).resolvedAt).toBe(resolvedAt);
  });
});

describe('deleting an update', () => {
  test('takes back what it alone had said', async () => {
    const id = await open({ components: [slow(api)] });
    site.clock.advance(MINUTE);
    const worse = await post(id, { components: [down(api), down(web)] });
    site.clock.advance(MINUTE);
    await deleteUpdate(site.manager, site.actor, pageId, id, worse);
    expect(await says(id)).toEqual({ API: 'degraded_performance' });
    expect(await shown()).toEqual({ API: 'degraded_performance', Web: 'operational', Mail: 'operational' });
    expect((await told(id)).impact).toBe('minor');
  });

  test('is refused for the only one', async () => {
    const id = await open();
    const only = (await told(id)).updates[0]!.id;
    await expect(deleteUpdate(site.manager, site.actor, pageId, id, only)).rejects.toMatchObject({ kind: 'conflict' });
  });

  test('is refused for one of another incident', async () => {
    const id = await open();
    await post(id);
    const other = (await told(await open())).updates[0]!.id;
    await expect(deleteUpdate(site.manager, site.actor, pageId, id, other)).rejects.toMatchObject({ kind: 'not_found' });
  });
});

describe('the impact', () => {
  test('follows from the worst that was said', async () => {
    expect((await told(await open())).impact).toBe('none');
    expect((await told(await open({ components: [{ id: api, status: 'under_maintenance' }] }))).impact).toBe('minor');
    expect((await told(await open({ components: [{ id: api, status: 'partial_outage' }] }))).impact).toBe('minor');
    expect((await told(await open({ components: [down(api)] }))).impact).toBe('major');
    expect((await told(await open({ components: [down(api), down(web), down(mail)] }))).impact).toBe('critical');
  });

  test('follows later updates upwards, never downwards', async () => {
    const id = await open({ components: [slow(api)] });
    await post(id, { components: [down(api)] });
    expect((await told(id)).impact).toBe('major');
    await post(id, { components: [down(web), down(mail)] });
    expect((await told(id)).impact).toBe('critical');
    await post(id, { components: [well(api), well(web), well(mail)] });
    await post(id, { status: 'resolved' });
    expect((await told(id)).impact).toBe('critical');
  });

  test('stays when the page gets another component and the title is corrected', async () => {
    const id = await open({ components: [down(api), down(web), down(mail)] });
    await addComponent('Storage');
    await patch(id, { title: 'Everything is down' });
    expect((await told(id)).impact).toBe('critical');
    await post(id);
    expect((await told(id)).impact).toBe('critical');
  });

  test('does not follow any more once it was set by hand, until that is taken back', async () => {
    const id = await open({ components: [slow(api)], impact: 'none' });
    await post(id, { components: [down(api)] });
    expect((await told(id)).impact).toBe('none');
    await patch(id, { impact: 'critical' });
    await post(id, { components: [slow(api)] });
    expect((await told(id)).impact).toBe('critical');
    await patch(id, { impact: null });
    expect((await told(id)).impact).toBe('major');
  });
});

describe('who is told', () => {
  test('people are told of an incident and its updates, with the revision that shows them', async () => {
    const id = await open({ components: [down(api)] });
    const opened = await pageRow(site, pageId);
    await post(id, { components: [slow(web)] });
    await post(id, { status: 'resolved' });
    const [first, second, third] = (await told(id)).updates.toReversed();
    expect(await messages()).toEqual([
      { event: 'incident.created', revision: opened.revision, update_id: first!.id, component_ids: [api] },
      { event: 'incident.updated', revision: opened.revision + 1, update_id: second!.id, component_ids: [api, web] },
      { event: 'incident.resolved', revision: opened.revision + 2, update_id: third!.id, component_ids: [api, web] },
    ]);
  });

  test('nobody is told when the team says so, when a text is corrected, or of a deletion', async () => {
    const id = await open({ notify: false });
    const update = await post(id, { notify: false });
    await editUpdate(site.manager, site.actor, pageId, id, update, { body: 'Said better.' });
    await patch(id, { title: 'Better', body: 'Better too.' });
    await writePostmortem(site.manager, site.actor, pageId, id, 'A cable was pulled.');
    await deleteUpdate(site.manager, site.actor, pageId, id, update);
    await deleteIncident(site.manager, site.actor, pageId, id);
    expect(await messages()).toEqual([]);
  });

  test('nobody is told of what is put on record afterwards, unless asked for', async () => {
    const past = { started_at: site.clock.iso(-61 * MINUTE) };
    await open(past);
    await open({ status: 'resolved' });
    await open({ ...past, status: 'resolved', resolved_at: site.clock.iso(-30 * MINUTE) });
    expect(await messages()).toEqual([]);
    await open({ ...past, notify: true });
    await open({ status: 'resolved', notify: true });
    await open({ started_at: site.clock.iso(-HOUR) });
    expect((await messages()).map(({ event }) => event)).toEqual(['incident.created', 'incident.resolved', 'incident.created']);
  });

  test('nobody is told when an incident is resolved as of hours ago, unless asked for', async () => {
    const id = await open({ started_at: site.clock.iso(-5 * HOUR) });
    await patch(id, { status: 'resolved', resolved_at: site.clock.iso(-2 * HOUR) });
    expect(await messages()).toEqual([]);
    await patch(id, { status: 'investigating' });
    expect((await messages()).map(({ event }) => event)).toEqual(['incident.updated']);
  });
});

describe('correcting an incident', () => {
  test('a new status posts an update; the same one with nothing else says nothing new', async () => {
    const id = await open({ components: [down(api)] });
    await patch(id, { status: 'investigating', title: 'Errors on writes', components: [] });
    expect(await told(id)).toMatchObject({ title: 'Errors on writes', updates: [{ status: 'investigating' }] });
    await patch(id, { status: 'monitoring', body: 'Mended.', components: [slow(api)] });
    expect(await told(id)).toMatchObject({ status: 'monitoring', updates: [{ body: 'Mended.', status: 'monitoring' }, {}] });
    expect((await messages()).map(({ event }) => event)).toEqual(['incident.created', 'incident.updated']);
  });

  test('a body alone corrects the first text', async () => {
    const id = await open();
    await post(id);
    await patch(id, { body: 'We look into errors.' });
    const { updates } = await told(id);
    expect(updates.map(({ body, editedAt }) => [body, editedAt])).toEqual([
      ['More is known.', null],
      ['We look into errors.', site.clock.now],
    ]);
  });

  test('times that can not be are refused', async () => {
    const future = site.clock.iso(1000);
    await expect(open({ started_at: future })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(open({ resolved_at: site.clock.iso() })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(open({ status: 'resolved', resolved_at: future })).rejects.toMatchObject({ kind: 'invalid' });
    const backwards = { status: 'resolved', started_at: site.clock.iso(-MINUTE), resolved_at: site.clock.iso(-HOUR) };
    await expect(open(backwards)).rejects.toMatchObject({ kind: 'invalid' });
    const id = await open();
    await expect(patch(id, { started_at: future })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(patch(id, { resolved_at: site.clock.iso() })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(patch(id, { status: 'resolved', resolved_at: site.clock.iso(-HOUR) })).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('the promise of a next update is cleared by an update without one, by resolving, and by hand', async () => {
    const soon = site.clock.now + HOUR;
    const promise = { next_update_at: new Date(soon).toISOString() };
    const id = await open(promise);
    expect((await told(id)).nextUpdateAt).toBe(soon);
    const silent = await post(id);
    expect((await told(id)).nextUpdateAt).toBeNull();
    await deleteUpdate(site.manager, site.actor, pageId, id, silent);
    expect((await told(id)).nextUpdateAt).toBe(soon);
    await patch(id, { next_update_at: null });
    expect((await told(id)).nextUpdateAt).toBeNull();
    await patch(id, promise);
    await post(id, { status: 'resolved', ...promise });
    expect((await told(id)).nextUpdateAt).toBeNull();
  });

  test('a promise made by hand outlives the deletion of an older update', async () => {
    const id = await open();
    const older = await post(id);
    await post(id);
    await patch(id, { next_update_at: site.clock.iso(HOUR) });
    await deleteUpdate(site.manager, site.actor, pageId, id, older);
    expect((await told(id)).nextUpdateAt).toBe(site.clock.now + HOUR);
  });

  test('a postmortem keeps the time of its first version', async () => {
    const id = await open();
    const first = site.clock.now;
    await writePostmortem(site.manager, site.actor, pageId, id, 'A cable.');
    site.clock.advance(HOUR);
    await writePostmortem(site.manager, site.actor, pageId, id, 'A cable was pulled.');
    expect((await told(id)).postmortem).toEqual({ body: 'A cable was pulled.', createdAt: first, updatedAt: site.clock.now });
  });
});

describe('a component that is deleted', () => {
  test('leaves open incidents, and stays by its name in past ones', async () => {
    const past = await open({ components: [down(api), down(web)] });
    await post(past, { status: 'resolved' });
    const current = await open({ components: [down(api), down(web)] });
    await deleteComponent(site.manager, site.actor, pageId, api);
    expect(await says(current)).toEqual({ Web: 'major_outage' });
    expect(await says(past)).toEqual({ API: 'operational', Web: 'operational' });
    await post(past, { status: 'investigating', components: [slow(web)] });
    expect(await says(past)).toEqual({ API: 'operational', Web: 'degraded_performance' });
  });
});
