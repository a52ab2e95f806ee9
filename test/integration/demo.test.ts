import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Demo, loadDemo } from '../../src/manage/demo.ts';
import { createPage } from '../../src/manage/pages.ts';
import { buildSnapshot } from '../../src/snapshot/build.ts';
import { loadPage } from '../../src/snapshot/load.ts';
import type { PageSnapshot } from '../../src/snapshot/schema.ts';
import { brokenChains, recount, stored } from '../fixtures/recount.ts';
import { DAY, MINUTE, openSite, type Site } from '../fixtures/store.ts';

/** The moment of the drawings. */
const NOW = Date.parse('2026-11-23T14:53:09Z');

let site: Site;

beforeEach(async () => {
  site = await openSite(NOW);
  await site.store.write((tx) => tx.run(sql`delete from organizations`));
});

afterEach(() => site.close());

async function load(): Promise<{ demo: Demo; snapshot: PageSnapshot }> {
  const demo = await loadDemo(site.manager);
  const rows = await loadPage(site.store.read, demo.pageId, null, null);
  return { demo, snapshot: buildSnapshot(rows!, site.clock.now, 'http://127.0.0.1:4321', null) };
}

const at = (time: string) => Date.parse(`2026-11-23T${time}:00Z`);

test('The demo shows a partial outage with one open incident that began within the hour', async () => {
  const { demo, snapshot } = await load();
  expect(demo).toMatchObject({ organizationSlug: 'northwind', pageSlug: 'northwind' });
  expect(snapshot.page).toMatchObject({ name: 'Northwind Cloud', slug: 'northwind', accent: '#3046c8' });
  expect(snapshot.headline).toMatchObject({
    kind: 'partial_outage',
    affected: 3,
    components: 17,
    openIncidents: 1,
    openSince: at('14:05'),
  });

  const incident = snapshot.incidents[0]!;
  expect(incident).toMatchObject({
    title: 'Block storage in Frankfurt does not answer',
    status: 'identified',
    impact: 'major',
    nextUpdateAt: at('15:20'),
    components: [
      { name: 'Block storage, Frankfurt', status: 'major_outage' },
      { name: 'Frankfurt (FRA)', status: 'partial_outage' },
      { name: 'Object storage', status: 'degraded_performance' },
    ],
  });
  expect(incident.updates.map(({ status, createdAt }) => [status, createdAt])).toEqual([
    ['identified', at('14:38')],
    ['investigating', at('14:12')],
    ['investigating', at('14:05')],
  ]);
});

test('The demo has four groups of components, and a maintenance window planned in five days', async () => {
  const { snapshot } = await load();
  expect(snapshot.sections.map(({ group, count }) => [group?.name, count])).toEqual([
    ['Compute', 5],
    ['Storage', 3],
    ['Network', 4],
    ['Control plane', 5],
  ]);
  expect(snapshot.components.slice(0, 3).map(({ name, code }) => [name, code])).toEqual([
    ['Zürich (ZRH)', 'zurich-zrh'],
    ['Geneva (GVA)', 'geneva-gva'],
    ['Frankfurt (FRA)', 'frankfurt-fra'],
  ]);
  expect(snapshot.maintenance[0]).toMatchObject({
    title: 'Router replacement in Geneva',
    status: 'scheduled',
    startsAt: Date.parse('2026-11-28T06:00:00Z'),
    endsAt: Date.parse('2026-11-28T08:00:00Z'),
    components: [{ name: 'Geneva (GVA)' }, { name: 'Edge and peering' }],
  });
});

test('The bars of the demo are full, with good months and a few bad days', async () => {
  const { snapshot } = await load();
  for (const component of snapshot.components) {
    expect(component.since).toBeLessThan(snapshot.days[0]!.start);
    expect(component.percent[90]).toBeGreaterThan(99.8);
  }
  const troubled = snapshot.components.filter(({ days }) => days.length > 0);
  expect(troubled.length).toBeGreaterThan(12);
  expect(snapshot.totals.incidents).toBeGreaterThan(25);
  expect(snapshot.maintenance.slice(1).every(({ status }) => status === 'completed')).toBe(true);
  const oldest = Math.min(...snapshot.incidents.map(({ startedAt }) => startedAt));
  expect(oldest).toBeLessThan(NOW - 115 * DAY);
});

test('Before the outage the demo was quiet for eleven days', async () => {
  const { snapshot } = await load();
  const [, before] = snapshot.incidents;
  expect(before).toMatchObject({
    title: 'Slow sign-in for some accounts',
    startedAt: Date.parse('2026-11-11T09:10:00Z'),
  });
  expect(before!.resolvedAt! - before!.startedAt).toBe(31 * MINUTE);
});

test('What the demo shows agrees with the facts that it is made of, at any hour it is loaded', async () => {
  for (const now of [NOW, Date.parse('2027-03-01T00:05:00Z')]) {
    site.clock.now = now;
    const { demo } = await load();
    const asked = await recount(site.store, demo.pageId, now);
    expect(await stored(site.store, demo.pageId, asked)).toEqual(asked);
    expect(await brokenChains(site.store, demo.pageId)).toEqual([]);
  }
});

test('Loading the demo tells nobody, and leaves the default page to the first real one', async () => {
  const { demo } = await load();
  expect(await site.store.read.all(sql`select * from outbox`)).toEqual([]);
  expect(site.committed).toHaveLength(1);
  const [row] = await site.store.read.all<{ demo: number }>(
    sql`select demo from pages where id = ${demo.pageId}`,
  );
  expect(row!.demo).toBe(1);
  const defaultPage = () => site.store.read.all(sql`select value from settings where key = 'default_page'`);
  expect(await defaultPage()).toEqual([{ value: demo.pageId }]);
  const actor = { organizationId: demo.organizationId, name: 'cli', pageIds: null };
  const { value } = await createPage(site.manager, actor, { name: 'Real' });
  expect(await defaultPage()).toEqual([{ value }]);
});
