import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';
import { type Answer, revisionOf } from '../server/http.ts';

const WAIT = { prefer: 'wait=30' };
const FIELDS =
  'id title status starts_at ends_at started_at completed_at overrunning auto_start auto_complete remind_before_minutes created_at updated_at components updates';
const UPDATE_FIELDS = 'id status body created_at edited_at';
const NOWHERE = '01a00000-0000-7000-8000-000000000000';
const HOUR = 3_600_000;
/** Time enough to plan a window before it starts, on a busy machine too. */
const SOON_MS = 3_000;

interface Window {
  id: string;
  status: string;
  updates: { id: string; status: string; body: string }[];
}

let daymark: Daymark;
let router: string;

const call = (method: string, path: string, body?: unknown, headers = {}): Promise<Answer> =>
  daymark.api(method, `/api/v1/pages/acme${path}`, body, headers);
const at = (hours: number) => new Date(Math.ceil(Date.now() / 1000) * 1000 + hours * HOUR).toISOString();
const plan = async (from: number, to: number, more = {}) => {
  const made = await call(
    'POST',
    '/maintenance',
    {
      title: 'Routers',
      body: 'One break.',
      starts_at: at(from),
      ends_at: at(to),
      component_ids: [router],
      ...more,
    },
    WAIT,
  );
  expect([made.status, made.text]).toEqual([201, made.text]);
  return made.body as Window;
};
const window = async (id: string) => (await call('GET', `/maintenance/${id}`)).body as Window;
const say = (id: string, status: string, body = 'Words.') =>
  call('POST', `/maintenance/${id}/updates`, { status, body }, WAIT);
const publicly = async (path: string) =>
  (await daymark.api('GET', path, undefined, { authorization: '' })).body as Record<string, unknown>;
const state = async () => {
  const { status, scheduled_maintenance } = await publicly('/api/v1/status');
  return [status, scheduled_maintenance];
};

beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'Acme' });
  router = ((await call('POST', '/components', { name: 'Router' })).body as Window).id;
});
afterAll(() => daymark.stop());

describe('A window that is planned, moved, started, and ended by hand', () => {
  let id: string;

  test('It is answered whole, and announced', async () => {
    const made = await plan(24, 26, { remind_before_minutes: 60, auto_complete: false });
    id = made.id;
    expect(Object.keys(made).join(' ')).toBe(FIELDS);
    expect(made).toMatchObject({
      status: 'scheduled',
      started_at: null,
      completed_at: null,
      overrunning: false,
      auto_start: true,
      auto_complete: false,
      remind_before_minutes: 60,
      components: [{ id: router, name: 'Router' }],
      updates: [{ status: 'scheduled', body: 'One break.', edited_at: null }],
    });
    expect(Object.keys(made.updates[0]!).join(' ')).toBe(UPDATE_FIELDS);
    expect(await publicly(`/api/v1/maintenance/${id}`)).toEqual(made);
    expect(await state()).toEqual(['operational', 0]);
    expect((await daymark.api('GET', '/api/v1/calendar.ics')).text).toContain('SUMMARY:Routers');
    expect((await daymark.api('GET', `/maintenance/${id}/`)).text).toContain('One break.');
  });

  test('Its plan can be changed in any part until it starts', async () => {
    const starts_at = at(30);
    const path = `/maintenance/${id}`;
    const moved = await call('PATCH', path, { starts_at, ends_at: at(31), title: 'New routers' }, WAIT);
    expect(moved.status).toBe(200);
    expect(moved.body).toMatchObject({
      title: 'New routers',
      starts_at: starts_at.replace('.000Z', '+00:00'),
      remind_before_minutes: 60,
    });
    expect((await call('PATCH', path, { remind_before_minutes: null })).body).toMatchObject({
      remind_before_minutes: null,
    });
    for (const body of [
      { ends_at: at(29) },
      { starts_at: null },
      { component_ids: [NOWHERE] },
      { component_ids: [router, router] },
      { status: 'completed' },
      { remind_before_minutes: 0 },
    ])
      expect((await call('PATCH', path, body)).status).toBe(422);
    expect(await window(id)).toMatchObject({
      title: 'New routers',
      starts_at: starts_at.replace('.000Z', '+00:00'),
    });
  });

  test('An update starts it, and its components are under maintenance', async () => {
    const said = await say(id, 'in_progress', 'We begin early.');
    expect(said.status).toBe(201);
    expect(Object.keys(said.body as object).join(' ')).toBe(UPDATE_FIELDS);
    expect(await state()).toEqual(['under_maintenance', 1]);
    expect((await call('GET', `/components/${router}`)).body).toMatchObject({
      held_by: [{ type: 'maintenance', id, title: 'New routers', status: 'under_maintenance' }],
    });
    const late = await call('PATCH', `/maintenance/${id}`, { starts_at: at(40) });
    expect([late.status, late.body]).toEqual([409, { detail: expect.any(String) }]);
  });

  test('It is verified and completed, and its text corrected', async () => {
    await say(id, 'verifying');
    expect(await state()).toEqual(['under_maintenance', 1]);
    await say(id, 'completed', 'All done.');
    expect(await state()).toEqual(['operational', 0]);
    const now = await window(id);
    expect(now).toMatchObject({ status: 'completed', completed_at: expect.any(String) });
    expect(now.updates.map(({ status }) => status)).toEqual([
      'completed',
      'verifying',
      'in_progress',
      'scheduled',
    ]);
    const [newest] = now.updates;
    const edited = await call(
      'PATCH',
      `/maintenance/${id}/updates/${newest!.id}`,
      { body: 'All well.' },
      WAIT,
    );
    expect(edited.body).toMatchObject({ body: 'All well.', edited_at: expect.any(String) });
    expect((await call('GET', `/maintenance/${id}/updates/${newest!.id}`)).body).toEqual(edited.body);
    const list = await call('GET', `/maintenance/${id}/updates?per_page=2`);
    expect([(list.body as unknown[]).length, list.headers['x-total-count']]).toEqual([2, '4']);
  });

  test('Deleted, it leaves nothing behind', async () => {
    const gone = await call('DELETE', `/maintenance/${id}`, undefined, WAIT);
    expect([gone.status, gone.headers['preference-applied']]).toEqual([204, 'wait']);
    for (const path of [`/maintenance/${id}/`, `/api/v1/maintenance/${id}`])
      expect([path, (await daymark.api('GET', path)).status]).toEqual([path, 404]);
  });
});

describe('The clock', () => {
  test('A window starts and ends by itself, and readers see both', async () => {
    const starts = Math.ceil(Date.now() / 1000) * 1000 + SOON_MS;
    const made = await call(
      'POST',
      '/maintenance',
      {
        title: 'Short',
        body: 'Blink.',
        starts_at: new Date(starts).toISOString(),
        ends_at: at(1),
        component_ids: [router],
      },
      WAIT,
    );
    const { id, status } = made.body as Window;
    expect(status).toBe('scheduled');
    await until(async () => (await state())[0] === 'under_maintenance', 'it starts');
    const ends = Math.ceil(Date.now() / 1000) * 1000 + 1_000;
    const path = `/maintenance/${id}`;
    expect((await call('PATCH', path, { ends_at: new Date(ends).toISOString() })).status).toBe(200);
    await until(async () => (await state())[0] === 'operational', 'it ends');
    const said = (time: number) => new Date(time).toISOString().replace('.000Z', '+00:00');
    expect(await window(id)).toMatchObject({
      status: 'completed',
      started_at: said(starts),
      completed_at: said(ends),
      updates: [{ status: 'completed' }, { status: 'in_progress' }, { status: 'scheduled' }],
    });
  });

  test('One that is past is put on record as completed', async () => {
    const past = await plan(-30, -29);
    expect(past).toMatchObject({ status: 'completed', updates: [{ status: 'completed' }] });
    expect(await state()).toEqual(['operational', 0]);
    expect((await call('PATCH', `/maintenance/${past.id}`, { ends_at: at(3) })).status).toBe(409);
  });

  test('One that has begun is under way, and can be called off', async () => {
    const { id, status } = await plan(-1, 1);
    expect([status, await state()]).toEqual(['in_progress', ['under_maintenance', 1]]);
    expect((await say(id, 'cancelled')).status).toBe(201);
    expect([(await window(id)).status, await state()]).toEqual(['cancelled', ['operational', 0]]);
  });

  test('One that must not start by itself waits, and one that must not end by itself overruns', async () => {
    const waits = await plan(-1, 1, { auto_start: false });
    expect(waits.status).toBe('scheduled');
    const overruns = await plan(-1, 1, { auto_complete: false });
    await call('PATCH', `/maintenance/${overruns.id}`, { ends_at: at(0) });
    await until(
      async () => ((await window(overruns.id)) as unknown as { overrunning: boolean }).overrunning,
      'it overruns',
    );
    expect(await window(overruns.id)).toMatchObject({ status: 'in_progress', completed_at: null });
    await until(
      async () => (await publicly(`/api/v1/maintenance/${overruns.id}`)).overrunning === true,
      'readers see that it overruns',
    );
    await say(overruns.id, 'completed');
    await say(waits.id, 'cancelled');
  });
});

test('Windows are listed with the latest start first, and by status', async () => {
  const soon = await plan(2, 3);
  const later = await plan(5, 6);
  const list = await call('GET', '/maintenance?per_page=2');
  expect((list.body as Window[]).map(({ id }) => id)).toEqual([later.id, soon.id]);
  expect((await call('GET', '/maintenance?status_filter=UPCOMING')).headers['x-total-count']).toBe('2');
  expect((await call('GET', '/maintenance?status_filter=cancelled')).headers['x-total-count']).toBe('2');
  expect((await call('GET', '/maintenance?status_filter=late')).status).toBe(400);
  const same = await call('PATCH', `/maintenance/${soon.id}`, {});
  expect(revisionOf(same)).toBe(
    revisionOf(await call('PATCH', `/maintenance/${soon.id}`, { title: 'Routers' })),
  );
});
