import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { components, outbox } from '../../db/schema.ts';
import type { MaintenanceStatus } from '../../src/domain/status.ts';
import { postMaintenanceUpdate } from '../../src/manage/maintenance.ts';
import { type Desk, deskOf } from '../fixtures/desk.ts';
import { DAY, HOUR, newPage, openSite, pageRow, runSchedule, type Site } from '../fixtures/store.ts';

let site: Site;
let pageId: string;
let desk: Desk;
let api: string;
let web: string;

beforeEach(async () => {
  site = await openSite();
  pageId = await newPage(site);
  desk = deskOf(site, pageId);
  [api, web] = [await desk.add('API'), await desk.add('Web')];
});
afterEach(() => site.close());

const post = (id: string, status: MaintenanceStatus, notify = true) =>
  postMaintenanceUpdate(site.manager, site.actor, pageId, id, { status, body: 'Going on.', notify });

/** The scheduler wakes up so many milliseconds later. */
async function wakeAfter(ms: number): Promise<void> {
  site.clock.advance(ms);
  await runSchedule(site, pageId);
}

async function shows(id: string): Promise<string> {
  const [row] = await site.store.read.select().from(components).where(eq(components.id, id));
  return row!.status;
}

describe('a window that goes as planned', () => {
  test('starts and ends by the clock, holds its components meanwhile, and tells of each step', async () => {
    const start = site.clock.now + HOUR;
    const id = await desk.plan(HOUR, 3 * HOUR, { component_ids: [api] });
    await wakeAfter(HOUR - 1);
    expect(await desk.window(id)).toMatchObject({ status: 'scheduled', startedAt: null });
    await wakeAfter(1);
    expect(await desk.window(id)).toMatchObject({
      status: 'in_progress',
      startedAt: start,
      completedAt: null,
    });
    expect([await shows(api), await shows(web)]).toEqual(['under_maintenance', 'operational']);
    await wakeAfter(2 * HOUR);
    expect(await desk.window(id)).toMatchObject({
      status: 'completed',
      startedAt: start,
      completedAt: start + 2 * HOUR,
      overrunning: false,
    });
    expect(await shows(api)).toBe('operational');
    expect(await desk.events()).toEqual([
      'maintenance.scheduled',
      'maintenance.started',
      'maintenance.completed',
    ]);
    expect((await desk.window(id)).updates.map(({ status }) => status)).toEqual([
      'completed',
      'in_progress',
      'scheduled',
    ]);
  });

  test('carries the revision that shows each step in its message', async () => {
    await desk.plan(HOUR, 3 * HOUR, { component_ids: [api] });
    await wakeAfter(HOUR);
    const rows = await site.store.read.select().from(outbox).orderBy(outbox.id);
    const { revision } = await pageRow(site, pageId);
    expect(rows.map((row) => row.revision)).toEqual([revision - 1, revision]);
    expect(rows[1]!.payload.component_ids).toEqual([api]);
  });

  test('tells nobody when its team says so', async () => {
    await desk.plan(HOUR, 3 * HOUR, { notify: false, component_ids: [api] });
    await wakeAfter(HOUR);
    await wakeAfter(2 * HOUR);
    expect(await desk.events()).toEqual([]);
  });

  test('that began long ago is recorded at its time, when nobody was awake', async () => {
    const start = site.clock.now + HOUR;
    const id = await desk.plan(HOUR, 3 * HOUR, { component_ids: [api] });
    await wakeAfter(2 * HOUR);
    expect(await desk.window(id)).toMatchObject({ status: 'in_progress', startedAt: start });
    expect((await desk.window(id)).updates[0]!.createdAt).toBe(start);
    expect(await desk.events()).toEqual(['maintenance.scheduled', 'maintenance.started']);
  });

  test('that was missed altogether is recorded at its times, and sends one message', async () => {
    const start = site.clock.now + HOUR;
    const id = await desk.plan(HOUR, 3 * HOUR, { component_ids: [api] });
    await wakeAfter(DAY);
    expect(await desk.window(id)).toMatchObject({
      status: 'completed',
      startedAt: start,
      completedAt: start + 2 * HOUR,
    });
    expect(await shows(api)).toBe('operational');
    expect(await desk.events()).toEqual(['maintenance.scheduled', 'maintenance.completed']);
  });

  test('follows another one on the same component without a gap', async () => {
    await desk.plan(HOUR, 2 * HOUR, { component_ids: [api] });
    await desk.plan(2 * HOUR, 3 * HOUR, { component_ids: [api] });
    await wakeAfter(HOUR);
    await wakeAfter(HOUR);
    expect(await shows(api)).toBe('under_maintenance');
    await wakeAfter(HOUR);
    expect(await shows(api)).toBe('operational');
  });
});

describe('a window that does not', () => {
  test('stays and overruns without auto_complete, until somebody completes it', async () => {
    const id = await desk.plan(HOUR, 2 * HOUR, { auto_complete: false, component_ids: [api] });
    await wakeAfter(HOUR);
    await wakeAfter(HOUR);
    expect(await desk.window(id)).toMatchObject({
      status: 'in_progress',
      overrunning: true,
      completedAt: null,
    });
    expect(await shows(api)).toBe('under_maintenance');
    await wakeAfter(HOUR);
    await post(id, 'completed');
    expect(await desk.window(id)).toMatchObject({
      status: 'completed',
      overrunning: false,
      completedAt: site.clock.now,
    });
    expect(await shows(api)).toBe('operational');
    expect(await desk.events()).toEqual([
      'maintenance.scheduled',
      'maintenance.started',
      'maintenance.completed',
    ]);
  });

  test('tells that it started, when nobody was awake until it overran', async () => {
    const id = await desk.plan(HOUR, 2 * HOUR, { auto_complete: false, component_ids: [api] });
    await wakeAfter(DAY);
    expect(await desk.window(id)).toMatchObject({ status: 'in_progress', overrunning: true });
    expect(await desk.events()).toEqual(['maintenance.scheduled', 'maintenance.started']);
  });

  test('overruns no more when its end is moved on', async () => {
    const id = await desk.plan(HOUR, 2 * HOUR, { auto_complete: false, component_ids: [api] });
    await wakeAfter(2 * HOUR);
    await desk.patchWindow(id, { ends_at: site.clock.iso(HOUR) });
    expect(await desk.window(id)).toMatchObject({ status: 'in_progress', overrunning: false });
    await wakeAfter(HOUR);
    expect(await desk.window(id)).toMatchObject({ overrunning: true });
  });

  test('waits for its team without auto_start', async () => {
    const id = await desk.plan(HOUR, 3 * HOUR, { auto_start: false, component_ids: [api] });
    await wakeAfter(2 * HOUR);
    expect(await desk.window(id)).toMatchObject({ status: 'scheduled', startedAt: null });
    await post(id, 'in_progress');
    expect(await desk.window(id)).toMatchObject({ status: 'in_progress', startedAt: site.clock.now });
    await post(id, 'verifying');
    expect(await shows(api)).toBe('under_maintenance');
    await wakeAfter(HOUR);
    expect(await desk.window(id)).toMatchObject({ status: 'completed' });
    expect(await desk.events()).toEqual([
      'maintenance.scheduled',
      'maintenance.started',
      'maintenance.verifying',
      'maintenance.completed',
    ]);
  });

  test('is cancelled, before its start and after it', async () => {
    const early = await desk.plan(HOUR, 3 * HOUR, { component_ids: [api] });
    const late = await desk.plan(HOUR, 3 * HOUR, { component_ids: [api] });
    await post(early, 'cancelled');
    await wakeAfter(HOUR);
    expect(await desk.window(early)).toMatchObject({ status: 'cancelled', startedAt: null });
    expect(await shows(api)).toBe('under_maintenance');
    await post(late, 'cancelled');
    expect(await desk.window(late)).toMatchObject({ status: 'cancelled', completedAt: site.clock.now });
    expect(await shows(api)).toBe('operational');
    await wakeAfter(DAY);
    expect(await desk.events()).toEqual([
      'maintenance.scheduled',
      'maintenance.scheduled',
      'maintenance.cancelled',
      'maintenance.started',
      'maintenance.cancelled',
    ]);
  });

  test('never goes back to scheduled, and never on once it is over', async () => {
    const id = await desk.plan(HOUR, 3 * HOUR, { component_ids: [api] });
    await post(id, 'verifying');
    await expect(post(id, 'scheduled')).rejects.toMatchObject({ kind: 'conflict' });
    await post(id, 'in_progress');
    await post(id, 'completed');
    await expect(post(id, 'in_progress')).rejects.toMatchObject({ kind: 'conflict' });
    await expect(post(id, 'cancelled')).rejects.toMatchObject({ kind: 'conflict' });
    await post(id, 'completed', false);
    expect((await desk.window(id)).updates).toHaveLength(5);
  });

  test('counts from its start when its team is quicker than the scheduler', async () => {
    const start = site.clock.now + HOUR;
    const id = await desk.plan(HOUR, 3 * HOUR, { component_ids: [api] });
    site.clock.advance(HOUR + 700);
    await post(id, 'verifying');
    expect(await desk.window(id)).toMatchObject({ status: 'verifying', startedAt: start });
    expect(await desk.events()).toEqual(['maintenance.scheduled', 'maintenance.verifying']);
    site.clock.advance(2 * HOUR);
    await expect(post(id, 'in_progress')).rejects.toMatchObject({ kind: 'conflict' });
  });
});
