import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { components } from '../../db/schema.ts';
import { nextDueAt, sendReminders, takeDueSteps } from '../../src/manage/clock.ts';
import { createComponent, deleteComponent } from '../../src/manage/components.ts';
import {
  deleteMaintenance,
  editMaintenanceUpdate,
  postMaintenanceUpdate,
} from '../../src/manage/maintenance.ts';
import { type Desk, deskOf } from '../fixtures/desk.ts';
import { HOUR, MINUTE, newPage, openSite, pageRow, runSchedule, type Site } from '../fixtures/store.ts';

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

/** The scheduler wakes up so many milliseconds later. */
async function wakeAfter(ms: number): Promise<void> {
  site.clock.advance(ms);
  await runSchedule(site, pageId);
}

async function shows(id: string): Promise<string> {
  const [row] = await site.store.read.select().from(components).where(eq(components.id, id));
  return row!.status;
}

describe('planning', () => {
  test('a window that runs already starts at its time and sends one message', async () => {
    const start = site.clock.now - MINUTE;
    const id = await desk.plan(-MINUTE, HOUR, { component_ids: [api] });
    expect(await desk.window(id)).toMatchObject({ status: 'in_progress', startedAt: start });
    expect(await shows(api)).toBe('under_maintenance');
    expect(await desk.events()).toEqual(['maintenance.scheduled']);
  });

  test('a window that starts this very moment is in progress', async () => {
    const id = await desk.plan(0, HOUR, { component_ids: [api] });
    expect((await desk.window(id)).status).toBe('in_progress');
    expect(await shows(api)).toBe('under_maintenance');
  });

  test('a window that is over is completed and tells nobody', async () => {
    const { now } = site.clock;
    const id = await desk.plan(-2 * HOUR, -HOUR, { component_ids: [api] });
    expect(await desk.window(id)).toMatchObject({
      status: 'completed',
      startedAt: now - 2 * HOUR,
      completedAt: now - HOUR,
    });
    expect((await desk.window(id)).updates).toMatchObject([{ status: 'completed', body: 'We replace it.' }]);
    expect(await shows(api)).toBe('operational');
    expect(await desk.events()).toEqual([]);
  });

  test('an end that is not after the start is refused, and so is a foreign component', async () => {
    await expect(desk.plan(HOUR, HOUR, { component_ids: [api] })).rejects.toMatchObject({ kind: 'invalid' });
    const other = await newPage(site, { name: 'Elsewhere' });
    const foreign = (await createComponent(site.manager, site.actor, other, { name: 'Theirs' })).value;
    await expect(desk.plan(HOUR, 2 * HOUR, { component_ids: [api, foreign] })).rejects.toMatchObject({
      kind: 'invalid',
    });
  });
});

describe('moving', () => {
  test('a planned window tells of its new time, and keeps to it', async () => {
    const id = await desk.plan(HOUR, 2 * HOUR, { component_ids: [api] });
    await desk.patchWindow(id, { starts_at: site.clock.iso(3 * HOUR), ends_at: site.clock.iso(4 * HOUR) });
    await wakeAfter(2 * HOUR);
    expect((await desk.window(id)).status).toBe('scheduled');
    await wakeAfter(HOUR);
    expect((await desk.window(id)).status).toBe('in_progress');
    expect(await desk.events()).toEqual([
      'maintenance.scheduled',
      'maintenance.changed',
      'maintenance.started',
    ]);
  });

  test('the start of a window that has started is refused, its end can move', async () => {
    const id = await desk.plan(HOUR, 2 * HOUR, { component_ids: [api] });
    await wakeAfter(HOUR);
    await expect(desk.patchWindow(id, { starts_at: site.clock.iso(MINUTE) })).rejects.toMatchObject({
      kind: 'conflict',
    });
    await desk.patchWindow(id, { ends_at: site.clock.iso(5 * HOUR) });
    await wakeAfter(2 * HOUR);
    expect((await desk.window(id)).status).toBe('in_progress');
  });

  test('a window whose start the scheduler has not seen yet is refused like any other', async () => {
    const id = await desk.plan(HOUR, 2 * HOUR, { component_ids: [api] });
    site.clock.advance(HOUR + 1);
    await expect(
      desk.patchWindow(id, { starts_at: site.clock.iso(HOUR), ends_at: site.clock.iso(2 * HOUR) }),
    ).rejects.toMatchObject({ kind: 'conflict' });
    await runSchedule(site, pageId);
    expect((await desk.window(id)).status).toBe('in_progress');
  });

  test('a window that is over is refused', async () => {
    const id = await desk.plan(-2 * HOUR, -HOUR, { component_ids: [api] });
    await expect(desk.patchWindow(id, { ends_at: site.clock.iso(HOUR) })).rejects.toMatchObject({
      kind: 'conflict',
    });
    await desk.patchWindow(id, { title: 'Switch' });
    expect((await desk.window(id)).title).toBe('Switch');
  });

  test('the same times again tell nobody', async () => {
    const id = await desk.plan(HOUR, 2 * HOUR, { component_ids: [api] });
    await desk.patchWindow(id, { starts_at: site.clock.iso(HOUR), title: 'Switch', body: 'Said better.' });
    expect(await desk.events()).toEqual(['maintenance.scheduled']);
    expect((await desk.window(id)).updates).toMatchObject([
      { body: 'Said better.', editedAt: site.clock.now },
    ]);
  });
});

describe('the components of a window', () => {
  test('can be changed while it runs', async () => {
    const id = await desk.plan(0, HOUR, { component_ids: [api] });
    await desk.patchWindow(id, { component_ids: [web] });
    expect([await shows(api), await shows(web)]).toEqual(['operational', 'under_maintenance']);
    await deleteMaintenance(site.manager, site.actor, pageId, id);
    expect([await shows(api), await shows(web)]).toEqual(['operational', 'operational']);
  });

  test('that are deleted leave what is planned, and stay by name in what is over', async () => {
    const past = await desk.plan(-2 * HOUR, -HOUR, { component_ids: [api, web] });
    const planned = await desk.plan(HOUR, 2 * HOUR, { component_ids: [api, web] });
    await deleteComponent(site.manager, site.actor, pageId, api);
    expect((await desk.window(planned)).components.map(({ name }) => name)).toEqual(['Web']);
    expect((await desk.window(past)).components.map(({ name }) => name)).toEqual(['API', 'Web']);
  });

  test('an update’s text can be corrected, and nobody is told', async () => {
    const id = await desk.plan(HOUR, 2 * HOUR, { component_ids: [api] });
    const [update] = (await desk.window(id)).updates;
    await editMaintenanceUpdate(site.manager, site.actor, pageId, id, update!.id, { body: 'Said better.' });
    expect((await desk.window(id)).updates).toMatchObject([
      { body: 'Said better.', editedAt: site.clock.now },
    ]);
    expect(await desk.events()).toEqual(['maintenance.scheduled']);
  });
});

describe('a reminder', () => {
  test('is sent once, so many minutes before the start, and changes nothing that readers see', async () => {
    const id = await desk.plan(2 * HOUR, 3 * HOUR, { component_ids: [api], remind_before_minutes: 60 });
    const { revision } = await pageRow(site, pageId);
    site.clock.advance(HOUR - 1);
    expect(await sendReminders(site.manager)).toBe(0);
    site.clock.advance(1);
    expect(await sendReminders(site.manager)).toBe(1);
    expect(await sendReminders(site.manager)).toBe(0);
    expect(await desk.messages()).toEqual([
      expect.objectContaining({ event: 'maintenance.scheduled', component_ids: [api] }),
      { event: 'maintenance.reminded', revision, update_id: null, component_ids: [api] },
    ]);
    await desk.patchWindow(id, { starts_at: site.clock.iso(2 * HOUR), ends_at: site.clock.iso(3 * HOUR) });
    site.clock.advance(HOUR);
    expect(await sendReminders(site.manager)).toBe(1);
  });

  test('is not sent of a window that was cancelled, has started or tells nobody', async () => {
    const remind = { remind_before_minutes: 30 };
    const cancelled = await desk.plan(HOUR, 2 * HOUR, remind);
    await desk.plan(HOUR, 2 * HOUR, { ...remind, notify: false });
    const moved = await desk.plan(HOUR, 2 * HOUR, remind);
    await postMaintenanceUpdate(site.manager, site.actor, pageId, cancelled, {
      status: 'cancelled',
      body: 'Not now.',
      notify: false,
    });
    await postMaintenanceUpdate(site.manager, site.actor, pageId, moved, {
      status: 'in_progress',
      body: 'Early.',
      notify: false,
    });
    site.clock.advance(45 * MINUTE);
    expect(await sendReminders(site.manager)).toBe(0);
  });
});

describe('the scheduler', () => {
  test('knows when the next step is due, and takes all steps that are', async () => {
    const { now } = site.clock;
    expect(await nextDueAt(site.manager)).toBeNull();
    await desk.plan(2 * HOUR, 4 * HOUR);
    await desk.plan(HOUR, 3 * HOUR, { auto_complete: false });
    await desk.plan(MINUTE, 5 * HOUR, { auto_start: false, auto_complete: false });
    expect(await nextDueAt(site.manager)).toBe(now + HOUR);
    site.clock.advance(2 * HOUR);
    expect(await takeDueSteps(site.manager)).toBe(2);
    expect(await takeDueSteps(site.manager)).toBe(0);
    expect(await nextDueAt(site.manager)).toBe(now + 3 * HOUR);
    site.clock.advance(3 * HOUR);
    expect(await takeDueSteps(site.manager)).toBe(2);
    expect(await nextDueAt(site.manager)).toBeNull();
  });
});
