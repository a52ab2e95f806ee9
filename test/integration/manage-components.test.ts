import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { componentPatch } from '../../src/domain/input.ts';
import { getComponent, listComponents } from '../../src/manage/component-queries.ts';
import { setComponentStatuses } from '../../src/manage/component-statuses.ts';
import { createComponent, deleteComponent, editComponent } from '../../src/manage/components.ts';
import { type Desk, deskOf } from '../fixtures/desk.ts';
import { HOUR, newPage, openSite, pageRow, type Site } from '../fixtures/store.ts';

let site: Site;
let pageId: string;
let desk: Desk;
const EVERYTHING = { limit: 500, offset: 0 };

beforeEach(async () => {
  site = await openSite();
  pageId = await newPage(site);
  desk = deskOf(site, pageId);
});
afterEach(() => site.close());

const patch = (id: string, input: Record<string, unknown>) =>
  editComponent(site.manager, site.actor, pageId, id, componentPatch.parse(input));
const statuses = (list: { id: string; status: 'operational' | 'partial_outage' | 'major_outage' }[]) =>
  setComponentStatuses(site.manager, site.actor, pageId, list);
const all = async () => (await listComponents(site.store.read, pageId, null, EVERYTHING)).items;
const codes = async () => (await all()).map(({ code }) => code);

describe('codes', () => {
  test('are made from the name, and numbered when taken', async () => {
    for (const name of ['Zürich (ZRH)', 'Zurich ZRH', 'zurich zrh', 'Zurich']) await desk.add(name);
    expect(await codes()).toEqual(['zurich-zrh', 'zurich-zrh-2', 'zurich-zrh-3', 'zurich']);
  });

  test('are component-n where nothing is left of the name', async () => {
    for (const name of ['東京', '!', 'Component 3', '…']) await desk.add(name);
    expect(await codes()).toEqual(['component-1', 'component-2', 'component-3', 'component-4']);
  });

  test('stay within 63 characters, numbers included', async () => {
    const long = 'a'.repeat(100);
    for (let n = 0; n < 12; n++) await desk.add(long);
    expect(await codes()).toEqual([
      'a'.repeat(63),
      ...Array.from({ length: 11 }, (_, n) => `${'a'.repeat(n < 8 ? 61 : 60)}-${n + 2}`),
    ]);
  });

  test('that are asked for and taken are refused, except by whom they belong to', async () => {
    const a = await desk.add('API', { code: 'api' });
    await expect(desk.add('Other', { code: 'api' })).rejects.toMatchObject({ kind: 'conflict' });
    const b = await desk.add('Web');
    await expect(patch(b, { code: 'api' })).rejects.toMatchObject({ kind: 'conflict' });
    await patch(a, { code: 'api', name: 'API v2' });
    expect(await codes()).toEqual(['api', 'web']);
    await deleteComponent(site.manager, site.actor, pageId, a);
    await patch(b, { code: 'api' });
    const other = await newPage(site, { name: 'Elsewhere' });
    await createComponent(site.manager, site.actor, other, { name: 'API', code: 'api' });
  });
});

describe('statuses', () => {
  test('of many components are set at once, or not at all', async () => {
    const [a, b] = [await desk.add('a'), await desk.add('b')];
    const before = await pageRow(site, pageId);
    const missing = 'b0000000-0000-7000-8000-000000000000';
    await expect(
      statuses([
        { id: a, status: 'major_outage' },
        { id: missing, status: 'major_outage' },
      ]),
    ).rejects.toMatchObject({
      kind: 'invalid',
      issues: [{ loc: ['body', 1, 'id'] }],
    });
    expect(await pageRow(site, pageId)).toEqual(before);
    await statuses([
      { id: a, status: 'major_outage' },
      { id: b, status: 'partial_outage' },
    ]);
    expect((await all()).map(({ status }) => status)).toEqual(['major_outage', 'partial_outage']);
    expect((await pageRow(site, pageId)).revision).toBe(before.revision + 1);
  });

  test('of two hundred components go the same way', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 200; n++) ids.push(await desk.add(`c${n}`));
    await statuses(ids.map((id) => ({ id, status: 'partial_outage' })));
    expect((await listComponents(site.store.read, pageId, 'partial_outage', EVERYTHING)).total).toBe(200);
  });

  test('show the worst of what was set, of incidents and of maintenance, and who holds it', async () => {
    const a = await desk.add('a');
    const said = [{ id: a, status: 'degraded_performance' }];
    const incidentId = await desk.open({ title: 'Slow', components: said });
    const windowId = await desk.plan(-HOUR, HOUR, { title: 'Work', component_ids: [a] });
    expect(await getComponent(site.store.read, pageId, a)).toMatchObject({
      status: 'degraded_performance',
      setStatus: 'operational',
      heldBy: [
        { type: 'incident', id: incidentId, title: 'Slow', status: 'degraded_performance' },
        { type: 'maintenance', id: windowId, title: 'Work', status: 'under_maintenance' },
      ],
    });
    await statuses([{ id: a, status: 'major_outage' }]);
    expect(await getComponent(site.store.read, pageId, a)).toMatchObject({
      status: 'major_outage',
      setStatus: 'major_outage',
    });
    await statuses([{ id: a, status: 'operational' }]);
    expect(await getComponent(site.store.read, pageId, a)).toMatchObject({
      status: 'degraded_performance',
      setStatus: 'operational',
    });
  });

  test('set on a new component show from its first moment', async () => {
    const a = await desk.add('a', { status: 'major_outage' });
    expect(await getComponent(site.store.read, pageId, a)).toMatchObject({
      status: 'major_outage',
      statusSince: site.clock.now,
    });
  });
});
