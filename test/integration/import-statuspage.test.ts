import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { importStatuspage } from '../../src/cli/import-statuspage.ts';
import { buildSnapshot } from '../../src/snapshot/build.ts';
import { loadPage } from '../../src/snapshot/load.ts';
import type { PageSnapshot } from '../../src/snapshot/schema.ts';
import { brokenChains, recount, stored } from '../fixtures/recount.ts';
import { type SourceComponent, type Summary, summaryOf } from '../fixtures/statuspage.ts';
import { DAY, HOUR, openSite, runSchedule, type Site } from '../fixtures/store.ts';

const QUIET_DAY = Date.parse('2026-08-22T06:30:00Z');
const BAD_DAY = Date.parse('2022-12-06T17:01:00Z');

let site: Site;
let folder: string;
let printed: string[];

beforeEach(async () => {
  site = await openSite(QUIET_DAY);
  folder = await mkdtemp(join(tmpdir(), 'daymark-import-'));
  printed = [];
});

afterEach(async () => {
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

async function run(summary: Summary, options: { org?: string; page?: string } = {}) {
  const file = join(folder, 'summary.json');
  await writeFile(file, JSON.stringify(summary));
  return importStatuspage(site, file, options, (line) => printed.push(line));
}

async function snapshotOf(slug = 'digitalocean'): Promise<PageSnapshot> {
  const [page] = await site.store.read.all<{ id: string }>(sql`select id from pages where slug = ${slug}`);
  const rows = await loadPage(site.store.read, page!.id, null, null);
  return buildSnapshot(rows!, site.clock.now, 'http://127.0.0.1:4321', null);
}

/** The provider's list as its page shows it: by position, groups with their components. */
function displayed({ components }: Summary): { group: string | null; component: SourceComponent }[] {
  const at = (a: SourceComponent, b: SourceComponent) => a.position - b.position;
  const top = components.filter((one) => one.group_id === null).sort(at);
  return top.flatMap((one): { group: string | null; component: SourceComponent }[] =>
    one.group
      ? components
          .filter((inside) => inside.group_id === one.id)
          .sort(at)
          .map((component) => ({ group: one.name, component }))
      : [{ group: null, component: one }],
  );
}

function shape(snapshot: PageSnapshot) {
  return snapshot.components.map(({ v2Id, name, group, status }) => ({
    v2Id,
    name,
    group: group?.name ?? null,
    status,
  }));
}

function shapeOf(summary: Summary) {
  return displayed(summary).map(({ group, component }) => ({
    v2Id: component.id,
    name: component.name,
    group,
    status: component.status,
  }));
}

async function agreesWithTheFacts(pageId: string): Promise<void> {
  const asked = await recount(site.store, pageId, site.clock.now);
  expect(await stored(site.store, pageId, asked)).toEqual(asked);
  expect(await brokenChains(site.store, pageId)).toEqual([]);
}

test('A page of 17 groups and 239 components arrives in the order in which its provider shows it', async () => {
  const summary = await summaryOf('quiet-day');
  const result = await run(summary);

  const snapshot = await snapshotOf();
  expect(shape(snapshot)).toEqual(shapeOf(summary));
  expect(snapshot.sections.filter(({ group }) => group !== null)).toHaveLength(17);
  expect(snapshot.components).toHaveLength(239);
  expect(snapshot.page).toMatchObject({
    name: 'DigitalOcean',
    slug: 'digitalocean',
    v2Id: 'w4cz49tckxhp',
    timezone: 'Etc/UTC',
  });
  expect(snapshot.headline).toMatchObject({ kind: 'operational', openIncidents: 0 });
  expect(result.tallies).toMatchObject({
    groups: { made: 17 },
    components: { made: 239 },
    'maintenance windows': { made: 1 },
  });
  expect(new Set(snapshot.components.map(({ code }) => code)).size).toBe(239);
});

test('Uptime of an imported component counts from its start date, or else from its creation', async () => {
  const summary = await summaryOf('quiet-day');
  summary.components.find(({ name }) => name === 'Billing')!.start_date = null;
  await run(summary);

  const snapshot = await snapshotOf();
  const [api, billing] = snapshot.components;
  expect(api).toMatchObject({ name: 'API', since: Date.parse('2023-03-06T00:00:00Z') });
  expect(billing!.since).toBe(
    Date.parse(summary.components.find(({ name }) => name === 'Billing')!.created_at),
  );
  const described = summary.components.find(({ description }) => description !== null)!;
  expect(snapshot.components.find(({ v2Id }) => v2Id === described.id)!.description).toBe(
    described.description,
  );
});

test('A planned maintenance window keeps its plan, its components and the time of its announcement', async () => {
  const summary = await summaryOf('quiet-day');
  await run(summary);

  const source = summary.scheduled_maintenances[0]!;
  const { maintenance } = await snapshotOf();
  expect(maintenance).toHaveLength(1);
  expect(maintenance[0]).toMatchObject({
    v2Id: source.id,
    title: 'Spaces Maintenance in LON1, SGP1 and SYD1',
    status: 'scheduled',
    startsAt: Date.parse('2026-08-24T05:30:00Z'),
    endsAt: Date.parse('2026-08-24T07:30:00Z'),
    startedAt: null,
    components: [{ name: 'SGP1' }, { name: 'SYD1' }, { name: 'LON1' }],
  });
  expect(maintenance[0]!.updates).toMatchObject([
    { body: source.incident_updates[0]!.body, createdAt: Date.parse('2026-08-22T05:43:33.602Z') },
  ]);
});

test('On a bad day every component shows what the provider shows, and the open incidents explain it', async () => {
  site.clock.now = BAD_DAY;
  const summary = await summaryOf('bad-day');
  const { page } = await run(summary);

  const snapshot = await snapshotOf();
  expect(shape(snapshot)).toEqual(shapeOf(summary));
  expect(snapshot.status).toBe('major_outage');
  expect(snapshot.headline).toMatchObject({ kind: 'partial_outage', affected: 5, openIncidents: 3 });
  const set = await site.store.read.all<{ status: string }>(
    sql`select distinct set_status as status from components`,
  );
  expect(set).toEqual([{ status: 'operational' }]);

  for (const source of summary.incidents) {
    const incident = snapshot.incidents.find(({ v2Id }) => v2Id === source.id)!;
    expect(incident).toMatchObject({
      title: source.name,
      status: source.status,
      impact: source.impact,
      resolvedAt: null,
    });
    expect(incident.startedAt).toBe(Date.parse(source.started_at));
    expect(
      incident.updates.map(({ v2Id, status, body, createdAt }) => ({ v2Id, status, body, createdAt })),
    ).toEqual(
      source.incident_updates.map(({ id, status, body, display_at }) => ({
        v2Id: id,
        status,
        body,
        createdAt: Date.parse(display_at),
      })),
    );
    const v2Ids = new Map(snapshot.components.map(({ id, v2Id }) => [id, v2Id]));
    expect(
      incident.updates.map(({ components }) => components.map(({ id, status }) => [v2Ids.get(id), status])),
    ).toEqual(
      source.incident_updates.map(({ affected_components }) =>
        affected_components!.map(({ code, new_status }) => [code, new_status]),
      ),
    );
  }
  await agreesWithTheFacts(page.id);
});

test('An import tells nobody', async () => {
  site.clock.now = BAD_DAY;
  await run(await summaryOf('bad-day'));
  expect(await site.store.read.all(sql`select * from outbox`)).toEqual([]);
  expect(printed).toContain('Nobody was notified.');
});

test('The same file imported again changes nothing', async () => {
  for (const day of ['quiet-day', 'bad-day'] as const) {
    const summary = await summaryOf(day);
    const first = await run(summary, { page: day });
    const tables = [
      'pages',
      'groups',
      'components',
      'set_changes',
      'shown_changes',
      'component_days',
      'incidents',
      'incident_updates',
      'update_components',
      'claims',
      'maintenance_windows',
      'maintenance_updates',
      'window_components',
      'touches',
    ];
    const dump = async () =>
      Promise.all(
        tables.map((name) => site.store.read.all(sql`select * from ${sql.raw(name)} order by 1, 2, 3`)),
      );
    const before = await dump();
    site.clock.advance(HOUR);
    const second = await run(summary, { page: day });
    expect(second).toMatchObject({
      changed: false,
      revision: first.revision,
      page: { made: false, id: first.page.id },
    });
    expect(await dump()).toEqual(before);
  }
  expect(site.committed.map(({ slug }) => slug)).toEqual(['quiet-day', 'bad-day']);
});

test('A newer file brings the page up to date: names, order, statuses, updates, windows', async () => {
  site.clock.now = BAD_DAY;
  const summary = await summaryOf('bad-day');
  const first = await run(summary);
  site.clock.advance(HOUR);

  const incident = summary.incidents.find(({ name }) => name === 'Cloud Control Panel and API')!;
  const api = summary.components.find(({ name }) => name === 'API')!;
  const affected = incident.incident_updates[0]!.affected_components!;
  incident.incident_updates.unshift({
    ...incident.incident_updates[0]!,
    id: 'aaaaaaaaaaaa',
    status: 'identified',
    created_at: '2022-12-06T17:40:00.000Z',
    display_at: '2022-12-06T17:40:00.000Z',
    affected_components: affected.map((one) =>
      one.code === api.id ? { ...one, new_status: 'partial_outage' } : one,
    ),
  });
  incident.status = 'identified';
  api.status = 'partial_outage';
  api.name = 'Public API';
  const volumes = summary.components.find(({ name }) => name === 'Block Storage')!;
  volumes.status = 'degraded_performance';
  volumes.position = -1;
  summary.components.push({
    ...volumes,
    id: 'bbbbbbbbbbbb',
    name: 'Brand new',
    status: 'operational',
    position: 99,
  });

  const second = await run(summary);
  const snapshot = await snapshotOf();
  expect(shape(snapshot)).toEqual(shapeOf(summary));
  expect(second.tallies).toMatchObject({
    components: { made: 1, changed: 2 },
    incidents: { changed: 1, same: 2 },
  });
  expect(second.revision).toBeGreaterThan(first.revision);
  const told = snapshot.incidents.find(({ v2Id }) => v2Id === incident.id)!;
  expect(told).toMatchObject({ status: 'identified', impact: 'critical' });
  expect(told.updates.map(({ status }) => status)).toEqual(['identified', 'investigating']);
  expect(told.components.map(({ name }) => name)).toContain('Public API');
  await agreesWithTheFacts(first.page.id);
});

test('A window that our clock has started is not set back by the same file', async () => {
  const summary = await summaryOf('quiet-day');
  const { page } = await run(summary);
  site.clock.now = Date.parse('2026-08-24T06:00:00Z');
  await runSchedule(site, page.id);
  expect((await snapshotOf()).maintenance[0]!.status).toBe('in_progress');

  const again = await run(summary);
  expect(again.changed).toBe(false);
  expect((await snapshotOf()).maintenance[0]!.status).toBe('in_progress');
});

test('A running window holds its components, but none that the provider shows as operational', async () => {
  const summary = await summaryOf('quiet-day');
  const window = summary.scheduled_maintenances[0]!;
  window.status = 'in_progress';
  window.incident_updates.unshift({
    ...window.incident_updates[0]!,
    id: 'cccccccccccc',
    status: 'in_progress',
    created_at: '2026-08-24T05:30:01.000Z',
    display_at: '2026-08-24T05:30:01.000Z',
  });
  const [held, worse] = window.components.map(({ id }) => summary.components.find((one) => one.id === id)!);
  held!.status = 'under_maintenance';
  worse!.status = 'partial_outage';
  worse!.updated_at = '2026-08-24T05:45:00.000Z';
  site.clock.now = Date.parse('2026-08-24T06:00:00Z');
  const { page } = await run(summary);

  const snapshot = await snapshotOf();
  expect(shape(snapshot)).toEqual(shapeOf(summary));
  expect(snapshot.maintenance[0]).toMatchObject({
    status: 'in_progress',
    startedAt: Date.parse('2026-08-24T05:30:01Z'),
  });
  expect(snapshot.maintenance[0]!.components.map(({ name }) => name)).toEqual(['SGP1', 'SYD1']);
  expect(printed.join('\n')).toContain('left out of it');
  await agreesWithTheFacts(page.id);
});

test('An incident that says worse than its page shows gives way to what the page shows', async () => {
  site.clock.now = BAD_DAY;
  const summary = await summaryOf('bad-day');
  summary.components.find(({ name }) => name === 'API')!.status = 'operational';
  const { page } = await run(summary);

  expect(shape(await snapshotOf())).toEqual(shapeOf(summary));
  expect(printed.join('\n')).toContain('An incident says worse of a component than the page shows');
  await agreesWithTheFacts(page.id);
});

test('Names that our rules refuse are cleaned and reported, with the fields that have no place here', async () => {
  const summary = await summaryOf('quiet-day');
  const [api, billing] = displayed(summary).map(({ component }) => component);
  api!.name = 'API\u0007 of\nold';
  billing!.name = 'B'.repeat(300);
  Object.assign(api!, { showcase: true, shade: 'blue' });
  await run(summary);

  const names = (await snapshotOf()).components.map(({ name }) => name);
  expect(names.slice(0, 2)).toEqual(['API of old', `${'B'.repeat(199)}…`]);
  const report = printed.join('\n');
  expect(report).toContain('The name of a component was cleaned: "API of old"');
  expect(report).toContain('The field "showcase" of a component is not carried over');
  expect(report).toContain('The field "shade" of a component is not carried over');
});

test('An import without an organization makes one from the name of the page', async () => {
  await site.store.write((tx) => tx.run(sql`delete from organizations`));
  const result = await run(await summaryOf('quiet-day'));
  expect(result.organization).toBe('digitalocean');
  const [row] = await site.store.read.all(sql`select slug, name from organizations`);
  expect(row).toEqual({ slug: 'digitalocean', name: 'DigitalOcean' });

  await run(await summaryOf('bad-day'), { org: 'second', page: 'second' });
  await expect(run(await summaryOf('quiet-day'))).rejects.toThrow(
    'Name one with --org: digitalocean, second.',
  );
});

test('A folder that holds the summary is read like the file', async () => {
  await mkdir(join(folder, 'site'));
  await writeFile(join(folder, 'site', 'summary.json'), JSON.stringify(await summaryOf('quiet-day')));
  const steps: number[][] = [];
  await importStatuspage(
    site,
    join(folder, 'site'),
    {},
    () => {},
    (done, total) => steps.push([done, total]),
  );
  expect((await snapshotOf()).components).toHaveLength(239);
  expect(steps.at(-1)).toEqual([257, 257]);
});

test('A file that is no summary is refused in a sentence that says where, and nothing is written', async () => {
  const broken = await summaryOf('quiet-day');
  broken.components[3]!.created_at = 'yesterday';
  await expect(run(broken)).rejects.toThrow(/components\[3\]\.created_at/);
  await expect(importStatuspage(site, join(folder, 'none.json'), {}, () => {})).rejects.toThrow(
    'There is no file or folder',
  );
  expect(await site.store.read.all(sql`select id from pages`)).toEqual([]);
});

test('Days before the import show what the incidents say of them', async () => {
  site.clock.now = BAD_DAY + 2 * DAY;
  await run(await summaryOf('bad-day'));
  const api = (await snapshotOf()).components.find(({ name }) => name === 'API')!;
  const fifth = api.days.find(({ date }) => date === '2022-12-07')!;
  expect(fifth.shown.major_outage).toBe(DAY);
  expect(api.percent[1]).toBe(0);
});
