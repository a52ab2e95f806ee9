import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';
import { type Answer, revisionOf } from '../server/http.ts';

const WAIT = { prefer: 'wait=30' };
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/;
const NOWHERE = '01a00000-0000-7000-8000-000000000000';
const FIELDS =
  'id name code status description position group group_id set_status held_by status_since v2_id created_at updated_at';

interface Component {
  id: string;
  name: string;
  code: string;
  status: string;
  position: number;
}

let daymark: Daymark;
/** Each test has a page of its own. */
let page: string;
let pages = 0;

const call = (method: string, path: string, body?: unknown, headers = {}): Promise<Answer> =>
  daymark.api(method, `/api/v1/pages/${page}${path}`, body, headers);

async function make(path: string, body: object): Promise<Component> {
  const made = await call('POST', path, body);
  expect([made.status, made.text]).toEqual([201, made.text]);
  return made.body as Component;
}

const listed = async () => (await call('GET', '/components')).body as Component[];
const order = async () => (await listed()).map(({ name }) => name).join(' ');
const shownToReaders = async () =>
  (
    (await daymark.api('GET', `/p/${page}/api/v1/components`, undefined, { authorization: '' }))
      .body as Component[]
  )
    .map(({ name }) => name)
    .join(' ');

beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'First' });
});
afterAll(() => daymark.stop());
beforeEach(async () => {
  page = `page-${++pages}`;
  await daymark.api('POST', '/api/v1/pages', { name: page, slug: page }, WAIT);
});

describe('A component', () => {
  test('is made from a name, and answered whole', async () => {
    const made = await call('POST', '/components', { name: 'Zürich (ZRH)' }, WAIT);
    expect([made.status, revisionOf(made), made.headers['preference-applied']]).toEqual([201, 2, 'wait']);
    expect(made.headers['cache-control']).toBe('no-store');
    expect(Object.keys(made.body as object).join(' ')).toBe(FIELDS);
    expect(made.body).toMatchObject({
      name: 'Zürich (ZRH)',
      code: 'zurich-zrh',
      status: 'operational',
      description: '',
      position: 1,
      group: null,
      group_id: null,
      set_status: 'operational',
      held_by: [],
      v2_id: expect.stringMatching(/^[a-z0-9]{12}$/),
      created_at: expect.stringMatching(TIME),
    });
    const { id } = made.body as Component;
    expect((await call('GET', `/components/${id}`)).body).toEqual(made.body);
    expect(await listed()).toEqual([made.body]);
    expect(await shownToReaders()).toBe('Zürich (ZRH)');
  });

  test('gets a code that is free, and may not take another one’s', async () => {
    const codes = [];
    for (const name of ['API', 'Api', 'API!', '日本', '日本'])
      codes.push((await make('/components', { name })).code);
    expect(codes).toEqual(['api', 'api-2', 'api-3', 'component-1', 'component-2']);
    const taken = await call('POST', '/components', { name: 'x', code: 'api' });
    expect([taken.status, taken.body]).toEqual([409, { detail: expect.stringContaining('api') }]);
    const [, second] = await listed();
    expect((await call('PATCH', `/components/${second!.id}`, { code: 'api' })).status).toBe(409);
    expect(revisionOf(await call('PATCH', `/components/${second!.id}`, { code: 'api-2' }))).toBe(6);
  });

  test('is changed in part; null clears; what readers can not see keeps the revision', async () => {
    const { id } = await make('/components', { name: 'API', description: 'All of it' });
    const path = `/components/${id}`;
    const down = await call('PATCH', path, { status: 'major_outage' }, WAIT);
    expect([down.status, revisionOf(down)]).toEqual([200, 3]);
    expect(Object.keys(down.body as object).join(' ')).toBe(FIELDS);
    expect(down.body).toMatchObject({
      status: 'major_outage',
      set_status: 'major_outage',
      description: 'All of it',
    });
    const cleared = await call('PATCH', path, { description: null });
    expect([cleared.body, revisionOf(cleared)]).toEqual([expect.objectContaining({ description: '' }), 4]);
    for (const same of [
      {},
      { status: 'major_outage' },
      { name: 'API' },
      { description: '' },
      { position: 1 },
    ])
      expect([same, revisionOf(await call('PATCH', path, same))]).toEqual([same, 4]);
    for (const field of ['name', 'code', 'status', 'position'])
      expect([field, (await call('PATCH', path, { [field]: null })).status]).toEqual([field, 422]);
  });

  test('shows the worst of what is set and what holds it, and says what holds it', async () => {
    const { id } = await make('/components', { name: 'API', status: 'degraded_performance' });
    const incident = await call('POST', '/incidents', {
      title: 'Down',
      body: 'Gone.',
      components: [{ id, status: 'major_outage' }],
    });
    expect((await call('GET', `/components/${id}`)).body).toMatchObject({
      status: 'major_outage',
      set_status: 'degraded_performance',
      held_by: [
        { type: 'incident', id: (incident.body as Component).id, title: 'Down', status: 'major_outage' },
      ],
    });
    const still = await call('PATCH', `/components/${id}`, { status: 'operational' });
    expect(still.body).toMatchObject({ status: 'major_outage', set_status: 'operational' });
  });

  test('is deleted with 204, and is gone for everyone', async () => {
    const { id } = await make('/components', { name: 'API' });
    const gone = await call('DELETE', `/components/${id}`, undefined, WAIT);
    expect([gone.status, gone.text, revisionOf(gone)]).toEqual([204, '', 3]);
    expect(gone.headers['content-type']).toBeUndefined();
    for (const method of ['GET', 'DELETE', 'PATCH'])
      expect((await call(method, `/components/${id}`, method === 'PATCH' ? {} : undefined)).status).toBe(404);
    const address = `/p/${page}/api/v1/components/${id}`;
    expect((await daymark.api('GET', address, undefined, { authorization: '' })).status).toBe(404);
    expect((await daymark.api('GET', `${address}/rss`, undefined, { authorization: '' })).status).toBe(404);
  });

  test.each([NOWHERE, 'api', '1', '%20', "'", 'x'.repeat(2_000)])('%s is not there', async (id) => {
    const answer = await call('GET', `/components/${id}`);
    expect([answer.status, answer.body]).toEqual([404, { detail: expect.any(String) }]);
  });
});

describe('Many at once', () => {
  test('Statuses are set together, and those named are answered', async () => {
    const made = [];
    for (const name of ['A', 'B', 'C']) made.push(await make('/components', { name }));
    const [a, , c] = made;
    const answer = await call(
      'PATCH',
      '/components',
      [
        { id: c!.id, status: 'major_outage' },
        { id: a!.id, status: 'partial_outage' },
      ],
      WAIT,
    );
    expect([answer.status, revisionOf(answer)]).toEqual([200, 5]);
    expect((answer.body as Component[]).map(({ name, status }) => [name, status])).toEqual([
      ['A', 'partial_outage'],
      ['C', 'major_outage'],
    ]);
    expect(Object.keys((answer.body as object[])[0]!).join(' ')).toBe(FIELDS);
    expect((await call('GET', '/components?status_filter=OPERATIONAL')).body).toHaveLength(1);
  });

  test('One that is wrong leaves all as they were', async () => {
    const { id } = await make('/components', { name: 'A' });
    for (const list of [
      [
        { id, status: 'major_outage' },
        { id: NOWHERE, status: 'major_outage' },
      ],
      [
        { id, status: 'major_outage' },
        { id, status: 'operational' },
      ],
      [{ id, status: 'broken' }],
      [{ id }],
      [],
      {},
      Array.from({ length: 2_001 }, () => ({ id, status: 'operational' })),
    ])
      expect((await call('PATCH', '/components', list)).status).toBe(422);
    expect(await listed()).toMatchObject([{ status: 'operational' }]);
    expect((await daymark.api('GET', `/api/v1/pages/${page}`)).body).toMatchObject({ revision: 2 });
  });
});

describe('Order', () => {
  test('Groups and single components share one sequence, and positions count the flat list', async () => {
    await make('/components', { name: 'a' });
    const group = await make('/groups', { name: 'G' });
    expect(Object.keys(group)).toEqual(['id', 'v2_id', 'name', 'position', 'created_at', 'updated_at']);
    expect(group.position).toBe(2);
    for (const name of ['g1', 'g2']) await make('/components', { name, group_id: group.id });
    const last = await make('/components', { name: 'z' });
    expect([await order(), last.position]).toEqual(['a g1 g2 z', 4]);
    // A component outside its group's stretch goes to the stretch's nearest end.
    const [, g1] = await listed();
    expect((await call('PATCH', `/components/${g1!.id}`, { position: 4 })).body).toMatchObject({
      position: 3,
    });
    expect(await order()).toBe('a g2 g1 z');
    expect((await call('PATCH', `/groups/${group.id}`, { position: 1 })).body).toMatchObject({ position: 1 });
    expect(await order()).toBe('g2 g1 a z');
    await make('/components', { name: 'first', position: 1 });
    expect(await order()).toBe('first g2 g1 a z');
    const gone = await call('DELETE', `/groups/${group.id}`, undefined, WAIT);
    expect([gone.status, await order()]).toEqual([204, 'first g2 g1 a z']);
    expect(await shownToReaders()).toBe('first g2 g1 a z');
    expect((await call('GET', '/groups')).body).toEqual([]);
  });

  test('The whole order is set by naming every component once, groups kept together', async () => {
    const group = await make('/groups', { name: 'G' });
    const made: Record<string, string> = {};
    for (const name of ['x', 'y']) made[name] = (await make('/components', { name, group_id: group.id })).id;
    made.z = (await make('/components', { name: 'z' })).id;
    const ids = (names: string) => [...names].map((name) => made[name] ?? NOWHERE);
    const answer = await call('PUT', '/components/order', ids('zyx'), WAIT);
    expect([answer.status, revisionOf(answer)]).toEqual([200, 6]);
    expect((answer.body as Component[]).map(({ name, position }) => [name, position])).toEqual([
      ['z', 1],
      ['y', 2],
      ['x', 3],
    ]);
    expect(await shownToReaders()).toBe('z y x');
    for (const wrong of ['xzy', 'xy', 'xyzz', 'xyz?', ''])
      expect([wrong, (await call('PUT', '/components/order', ids(wrong))).status]).toEqual([wrong, 422]);
    expect(revisionOf(await call('PUT', '/components/order', ids('zyx')))).toBe(6);
  });
});
