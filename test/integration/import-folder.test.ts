/** A page that moves in with all that it has: its public documents, what its management API exports, its whole history. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ImportOptions, importStatuspage } from '../../src/cli/import-statuspage.ts';
import type { PageSnapshot } from '../../src/snapshot/schema.ts';
import { brokenChains, recount, stored } from '../fixtures/recount.ts';
import { snapshotOf } from '../fixtures/snapshot-of.ts';
import { type SourceIncident, type Summary, summaryOf } from '../fixtures/statuspage.ts';
import { openSite, type Site } from '../fixtures/store.ts';

const BAD_DAY = Date.parse('2022-12-06T17:01:00Z');
const AT = (time: string) => `2021-03-04T${time}:00.000Z`;

let site: Site;
let folder: string;
let printed: string[];
let summary: Summary;
beforeEach(async () => {
  site = await openSite(BAD_DAY);
  folder = await mkdtemp(join(tmpdir(), 'daymark-folder-'));
  printed = [];
  summary = await summaryOf('bad-day');
});
afterEach(async () => {
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

type Json = Record<string, unknown>;

/** Puts files into the folder; a value of null takes one away. */
async function lay(files: Record<string, unknown>): Promise<void> {
  for (const [name, value] of Object.entries(files)) {
    if (value === null) await rm(join(folder, name), { force: true });
    else await writeFile(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
  }
}

async function run(options: ImportOptions = {}) {
  printed = [];
  return importStatuspage(site, folder, options, (line) => printed.push(line));
}

async function snapshot(slug = 'digitalocean'): Promise<PageSnapshot> {
  const [page] = await site.store.read.all<{ id: string }>(sql`select id from pages where slug = ${slug}`);
  return snapshotOf(site, page!.id);
}

/** An incident of long ago, as the public `incidents.json` tells it. */
function pastIncident(more: Json = {}): SourceIncident & Json {
  const affected = (old: string, next: string) => [
    { code: api().id, name: 'Services - API', old_status: old, new_status: next },
  ];
  const update = (id: string, status: string, body: string, time: string, affected_components: unknown) => ({
    ...{ id, status, body, created_at: AT(time), updated_at: AT(time), display_at: AT(time) },
    ...{ incident_id: 'pastincident', affected_components },
  });
  return {
    ...{ id: 'pastincident', name: 'API down', status: 'postmortem', impact: 'critical' },
    ...{
      created_at: AT('10:00'),
      updated_at: AT('15:00'),
      started_at: AT('09:30'),
      resolved_at: AT('12:00'),
    },
    components: [api() as unknown as { id: string }],
    incident_updates: [
      update('updatefour00', 'postmortem', '## Why\n\nA disk.', '15:00', null),
      update('updatethree0', 'resolved', 'Over.', '12:00', affected('major_outage', 'operational')),
      update('updatetwo000', 'identified', 'A disk.', '10:30', affected('major_outage', 'major_outage')),
      update(
        'updateone000',
        'investigating',
        'It is down.',
        '10:00',
        affected('operational', 'major_outage'),
      ),
    ] as SourceIncident['incident_updates'],
    ...more,
  } as SourceIncident & Json;
}

function api() {
  return summary.components.find(({ name }) => name === 'API')!;
}

async function agreesWithTheFacts(pageId: string): Promise<void> {
  const asked = await recount(site.store, pageId, site.clock.now);
  expect(await stored(site.store, pageId, asked)).toEqual(asked);
  expect(await brokenChains(site.store, pageId)).toEqual([]);
}

describe('A folder of public documents', () => {
  test('brings the whole history at its original times, and uptime that follows from it', async () => {
    await lay({
      'summary.json': summary,
      'incidents.json': { page: summary.page, incidents: [...summary.incidents, pastIncident()] },
      'scheduled-maintenances.json': { page: summary.page, scheduled_maintenances: [] },
    });
    const { page, tallies } = await run();
    expect(tallies.incidents).toEqual({ made: 4, changed: 0, same: 0 });
    const { incidents, components } = await snapshot();
    const past = incidents.find(({ v2Id }) => v2Id === 'pastincident')!;
    expect(past).toMatchObject({
      title: 'API down',
      status: 'resolved',
      impact: 'critical',
      startedAt: Date.parse(AT('09:30')),
      resolvedAt: Date.parse(AT('12:00')),
      createdAt: Date.parse(AT('10:00')),
      postmortem: { v2Id: 'updatefour00', body: '## Why\n\nA disk.', createdAt: Date.parse(AT('15:00')) },
    });
    expect(past.updates.map(({ v2Id, createdAt }) => [v2Id, createdAt])).toEqual([
      ['updatethree0', Date.parse(AT('12:00'))],
      ['updatetwo000', Date.parse(AT('10:30'))],
      ['updateone000', Date.parse(AT('10:00'))],
    ]);
    const ours = components.find(({ name }) => name === 'API')!;
    const [day] = await site.store.read.all(sql`select date, major_outage as major from component_days
      where component_id = ${ours.id} and date < '2022-01-01'`);
    expect(day).toEqual({ date: '2021-03-04', major: 2.5 * 3_600_000 });
    await agreesWithTheFacts(page.id);
    expect(await site.store.read.all(sql`select id from outbox`)).toEqual([]);
  });

  test('may come in pages, and a thing that stands in several files counts as it was changed last', async () => {
    const renamed = { ...pastIncident(), name: 'API was down', updated_at: AT('16:00') };
    await lay({
      'summary.json': summary,
      'incidents.json': { page: summary.page, incidents: [pastIncident()] },
      'incidents-2.json': { page: summary.page, incidents: [renamed] },
      'incidents.page3.json': { page: summary.page, incidents: [{ ...pastIncident(), id: 'another00000' }] },
    });
    const { tallies } = await run();
    expect(tallies.incidents.made).toBe(5);
    expect((await snapshot()).incidents.map(({ title }) => title)).toContain('API was down');
  });

  test('imported again changes nothing; a source that went on is followed', async () => {
    const incidents = (list: unknown[]) => ({ page: summary.page, incidents: list });
    await lay({ 'summary.json': summary, 'incidents.json': incidents([pastIncident()]) });
    const first = await run();
    site.clock.advance(60_000);
    const again = await run();
    expect([again.changed, again.revision]).toEqual([false, first.revision]);
    expect(printed[0]).toMatch(/^Nothing changed on "DigitalOcean"/);

    const edited = pastIncident();
    edited.incident_updates[0]!.body = '## Why\n\nTwo disks.';
    await lay({ 'incidents.json': incidents([edited, pastIncident({ id: 'newone000000', name: 'New' })]) });
    const next = await run();
    expect(next.tallies.incidents).toEqual({ made: 1, changed: 1, same: 3 });
    const past = (await snapshot()).incidents.find(({ v2Id }) => v2Id === 'pastincident')!;
    expect(past.postmortem!.body).toContain('Two disks');
    await agreesWithTheFacts(next.page.id);
  });

  test('without a list of components leaves those that are there in their places', async () => {
    await lay({ 'summary.json': summary });
    await run();
    const before = (await snapshot()).components.map(({ name }) => name);
    await lay({
      'summary.json': null,
      'incidents.json': { page: summary.page, incidents: [pastIncident()] },
    });
    const { tallies } = await run();
    expect(tallies.incidents.made).toBe(1);
    const after = await snapshot();
    expect(after.components.map(({ name }) => name)).toEqual(before);
    expect(after.incidents.find(({ v2Id }) => v2Id === 'pastincident')!.components).toMatchObject([
      { name: 'API' },
    ]);
  });
});

describe('A folder of what the management API exports', () => {
  test('is read from bare lists: groups, components, incidents with maintenance among them', async () => {
    const groups = summary.components
      .filter(({ group }) => group)
      .map((group) => ({
        ...{ id: group.id, page_id: summary.page.id, name: group.name, position: group.position },
        ...{ created_at: group.created_at, updated_at: group.updated_at },
        components: summary.components.filter((one) => one.group_id === group.id).map(({ id }) => id),
      }));
    const { incident_updates, ...told } = pastIncident();
    const incident = {
      ...{ ...told, scheduled_for: null, status: 'resolved' },
      incident_updates: incident_updates.slice(1),
      ...{ postmortem_body: 'A disk.', postmortem_published_at: AT('15:00'), metadata: {} },
    };
    const window = {
      ...{ ...told, id: 'maintenance0', name: 'New disks', status: 'completed', impact: 'maintenance' },
      ...{ scheduled_for: AT('20:00'), scheduled_until: AT('21:00'), resolved_at: AT('20:45') },
      ...{ scheduled_auto_in_progress: true, scheduled_auto_completed: false, components: [api()] },
      incident_updates: [
        { id: 'windowtwo000', status: 'completed', body: 'Done.', created_at: AT('20:45') },
        { id: 'windowone000', status: 'in_progress', body: 'Now.', created_at: AT('20:01') },
      ],
    };
    await lay({
      'page.json': { ...summary.page, subdomain: 'digitalocean' },
      'component-groups.json': groups,
      'components.json': summary.components.filter(({ group }) => !group),
      'incidents.json': [incident, window],
    });
    const { page, tallies } = await run();
    expect([tallies.groups.made, tallies.components.made]).toEqual([2, 38]);
    const { incidents, maintenance, sections } = await snapshot();
    expect(sections.map(({ group, count }) => [group?.name, count])).toEqual([
      ['Regions', 15],
      ['Services', 23],
    ]);
    expect(incidents).toMatchObject([{ v2Id: 'pastincident', postmortem: { body: 'A disk.' } }]);
    expect(maintenance).toMatchObject([
      {
        ...{ v2Id: 'maintenance0', status: 'completed', autoStart: true, autoComplete: false },
        ...{ startedAt: Date.parse(AT('20:01')), completedAt: Date.parse(AT('20:45')) },
      },
    ]);
    await agreesWithTheFacts(page.id);
    expect((await run()).changed).toBe(false);
  });

  test('needs to be told which page it is of, when no file says so', async () => {
    const { page, ...lists } = summary;
    await lay({ 'components.json': lists.components });
    await expect(run()).rejects.toThrow('name a page that is here with --page');
    await lay({ 'summary.json': summary });
    await run({ page: 'cloud' });
    await lay({ 'summary.json': null, 'incidents.json': [pastIncident()] });
    expect((await run({ page: 'cloud' })).tallies.incidents.made).toBe(1);
    expect((await snapshot('cloud')).page.v2Id).toBe(page.id);
  });
});

describe('Subscribers in a folder', () => {
  const people = () =>
    site.store.read.all<Json>(sql`select email, status, source, whole_page as whole,
      (select group_concat(name, '+') from (select c.name from subscriber_components x
        join components c on c.id = x.component_id where x.subscriber_id = s.id order by c.name)) as follows from subscribers s order by email`);

  test('come with what they follow, by the ids of the source or by name, and nobody hears of it', async () => {
    await lay({
      'summary.json': summary,
      'subscribers.csv': [
        'Mode,Email,Components,Quarantined At',
        'email,ann@example.com,,',
        `email,ben@example.com,${api().id};NYC3,`,
        `email,cyd@example.com,"${api().id}, ${summary.components.find(({ name }) => name === 'NYC3')!.id}",`,
        'sms,,,',
        'email,not an address,,',
        'email,dan@example.com,Nowhere,',
        'email,eve@example.com,,2022-01-01T00:00:00Z',
      ].join('\r\n'),
    });
    await run({ dryRun: true });
    expect(printed).toContain('  6 subscribers (3 new, 3 refused)');
    expect(await people()).toEqual([]);
    await run();
    expect(printed).toContain('  6 subscribers (3 new, 3 refused)');
    const report = printed.join('\n');
    for (const part of [
      'A subscriber without a mail address is not carried over: "sms"',
      'A subscriber was refused (not an address): "not an address"',
      'A subscriber was refused (unknown component): "dan@example.com: Nowhere"',
      'A subscriber was refused (suppressed): "eve@example.com"',
    ])
      expect(report).toContain(part);
    const facts = { status: 'active', source: 'imported' };
    expect(await people()).toEqual([
      { ...facts, email: 'ann@example.com', whole: 1, follows: null },
      { ...facts, email: 'ben@example.com', whole: 0, follows: 'API+NYC3' },
      { ...facts, email: 'cyd@example.com', whole: 0, follows: 'API+NYC3' },
    ]);
    expect(await site.store.read.all(sql`select id from outbox`)).toEqual([]);
    expect(await site.store.read.all(sql`select id from letters`)).toEqual([]);
    const again = await run();
    expect([again.changed, again.subscribers]).toEqual([
      false,
      { added: 0, updated: 0, unchanged: 3, refused: 3 },
    ]);
  });

  test('may come alone, for a page that is here', async () => {
    await lay({ 'summary.json': summary });
    await run({ page: 'cloud' });
    await lay({ 'summary.json': null, 'subscribers.csv': 'email\nann@example.com\n' });
    await run({ page: 'cloud' });
    expect(await people()).toMatchObject([{ email: 'ann@example.com', whole: 1 }]);
    await lay({ 'subscribers.csv': 'name\nAnn\n' });
    await expect(run({ page: 'cloud' })).rejects.toThrow('must have a column "email"');
  });
});

describe('A dry run', () => {
  test('says what an import would do, and leaves everything as it is', async () => {
    await lay({ 'summary.json': summary, 'incidents.json': [pastIncident()] });
    const facts = async () =>
      Promise.all(
        ['organizations', 'pages', 'components', 'incidents', 'audit_events', 'touches', 'set_changes'].map(
          (table) => site.store.read.all(sql.raw(`select * from ${table}`)),
        ),
      );
    const before = await facts();
    const would = await run({ dryRun: true });
    expect(await facts()).toEqual(before);
    expect(site.committed).toEqual([]);
    expect(printed.slice(0, 2)).toEqual([
      'Would import "DigitalOcean": page digitalocean, organization northwind.',
      '  2 groups (2 new)',
    ]);
    expect(printed).toContain('Nothing was written.');

    const did = await run();
    expect(did.tallies).toEqual(would.tallies);
    expect(did.notes).toEqual(would.notes);
    await run({ dryRun: true });
    expect(printed[0]).toMatch(/^Nothing would change on "DigitalOcean"/);
  });
});

describe('A folder that can not be read', () => {
  test('is refused in a sentence that names the file and what is wrong, and nothing is written', async () => {
    await expect(run()).rejects.toThrow('holds nothing to import');
    await lay({ 'summary.json': summary, 'incidents.json': '{"incidents": [' });
    await expect(run()).rejects.toThrow(/incidents\.json is not JSON/);
    await lay({ 'incidents.json': { incidents: [{ ...pastIncident(), created_at: 'once' }] } });
    await expect(run()).rejects.toThrow(/incidents\.json .*incidents\[0\]\.created_at: Not a time/);
    await lay({ 'incidents.json': { something: [] } });
    await expect(run()).rejects.toThrow('neither a list nor has it one "incidents"');
    await mkdir(join(folder, 'components.json'));
    await expect(run()).rejects.toThrow('components.json can not be read');
    expect(await site.store.read.all(sql`select id from pages`)).toEqual([]);
  });
});
