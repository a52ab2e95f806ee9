import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';
import { type Answer, revisionOf } from '../server/http.ts';

const WAIT = { prefer: 'wait=30' };
const FIELDS =
  'id title status impact started_at resolved_at next_update_at created_at updated_at components updates postmortem';
const UPDATE_FIELDS = 'id status body created_at edited_at components';
const NOWHERE = '01a00000-0000-7000-8000-000000000000';

interface Update {
  id: string;
  status: string;
  body: string;
  edited_at: string | null;
}
interface Incident {
  id: string;
  status: string;
  updates: Update[];
  resolved_at: string | null;
}

let daymark: Daymark;
let api: string;
let web: string;

const call = (method: string, path: string, body?: unknown, headers = {}): Promise<Answer> =>
  daymark.api(method, `/api/v1/pages/acme${path}`, body, headers);
const incident = async (id: string) => (await call('GET', `/incidents/${id}`)).body as Incident;
const open = async (body: object): Promise<Incident> => {
  const made = await call('POST', '/incidents', { title: 'Slow', body: 'We look.', ...body }, WAIT);
  expect([made.status, made.text]).toEqual([201, made.text]);
  return made.body as Incident;
};
const say = (id: string, body: object) => call('POST', `/incidents/${id}/updates`, body, WAIT);
const publicly = async (path: string) =>
  (await daymark.api('GET', path, undefined, { authorization: '' })).body as Record<string, unknown>;

beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'Acme' });
  [api, web] = (await Promise.all(
    ['API', 'Website'].map(
      async (name) => ((await call('POST', '/components', { name })).body as Incident).id,
    ),
  )) as [string, string];
});
afterAll(() => daymark.stop());

describe('From the first report to the postmortem', () => {
  let id: string;

  test('Opening an incident answers it whole, and readers have it when the answer is there', async () => {
    const made = await call(
      'POST',
      '/incidents',
      {
        title: 'Login fails',
        body: 'We are looking.',
        components: [{ id: api, status: 'partial_outage' }],
        next_update_at: '2100-01-01T02:00:00+02:00',
      },
      WAIT,
    );
    expect([made.status, made.headers['preference-applied']]).toEqual([201, 'wait']);
    expect(Object.keys(made.body as object).join(' ')).toBe(FIELDS);
    expect(made.body).toMatchObject({
      status: 'investigating',
      impact: 'minor',
      resolved_at: null,
      next_update_at: '2100-01-01T00:00:00+00:00',
      components: [{ id: api, name: 'API', status: 'partial_outage' }],
      postmortem: null,
    });
    id = (made.body as Incident).id;
    expect(await publicly(`/api/v1/incidents/${id}`)).toEqual(made.body);
    expect(await publicly('/api/v1/status')).toMatchObject({ status: 'partial_outage', active_incidents: 1 });
    expect((await publicly('/revision.json')).revision).toBe(revisionOf(made));
    expect((await daymark.api('GET', `/incidents/${id}/`)).text).toContain('Login fails');
  });

  test('An update answers itself; the incident follows it', async () => {
    const said = await say(id, {
      status: 'identified',
      body: 'A bad deploy.',
      components: [
        { id: api, status: 'major_outage' },
        { id: web, status: 'degraded_performance' },
      ],
    });
    expect(said.status).toBe(201);
    expect(Object.keys(said.body as object).join(' ')).toBe(UPDATE_FIELDS);
    expect(said.body).toMatchObject({ status: 'identified', body: 'A bad deploy.', edited_at: null });
    const now = await incident(id);
    expect(now).toMatchObject({ status: 'identified', impact: 'major', next_update_at: null });
    expect(now.updates.map(({ status }) => status)).toEqual(['identified', 'investigating']);
    expect(now.updates[0]).toEqual(said.body);
    expect((await call('GET', `/incidents/${id}/updates`)).body).toEqual(now.updates);
    const part = await call('GET', `/incidents/${id}/updates?per_page=1&page=2`);
    expect([part.body, part.headers['x-total-count']]).toEqual([[now.updates[1]], '2']);
    const one = await call('GET', `/incidents/${id}/updates/${now.updates[0]!.id}`);
    expect(one.body).toEqual(said.body);
  });

  test('A posted text can be corrected, and says that it was', async () => {
    const first = (await incident(id)).updates.at(-1)!;
    const path = `/incidents/${id}/updates/${first.id}`;
    const edited = await call('PATCH', path, { body: 'We were looking.' }, WAIT);
    expect(edited.status).toBe(200);
    expect(edited.body).toMatchObject({
      id: first.id,
      body: 'We were looking.',
      edited_at: expect.any(String),
    });
    expect((await daymark.api('GET', `/incidents/${id}/`)).text).toContain('We were looking.');
    const again = await call('PATCH', path, { body: 'We were looking.' });
    expect(revisionOf(again)).toBe(revisionOf(edited));
    for (const body of [{ status: 'resolved' }, { body: '' }, { body: null }])
      expect((await call('PATCH', path, body)).status).toBe(422);
  });

  test('Resolving takes back what it says of components', async () => {
    const said = await say(id, { status: 'resolved', body: 'It works.' });
    expect(said.status).toBe(201);
    expect(await incident(id)).toMatchObject({
      status: 'resolved',
      resolved_at: (said.body as { created_at: string }).created_at,
      components: [
        { id: api, status: 'operational' },
        { id: web, status: 'operational' },
      ],
    });
    expect(await publicly('/api/v1/status')).toMatchObject({ status: 'operational', active_incidents: 0 });
    expect((await call('GET', '/incidents?status_filter=active')).body).toEqual([]);
  });

  test('Its postmortem is written, rewritten, and read by everyone', async () => {
    const path = `/incidents/${id}/postmortem`;
    const written = await call('PUT', path, { body: 'It was **DNS**.' }, WAIT);
    expect(written.status).toBe(200);
    expect(await incident(id)).toMatchObject({ postmortem: { body: 'It was **DNS**.' } });
    expect((await publicly(`/api/v1/incidents/${id}`)).postmortem).toEqual({
      body: 'It was **DNS**.',
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    expect((await daymark.api('GET', `/incidents/${id}/`)).text).toContain('<strong>DNS</strong>');
    expect((await call('PUT', path, { body: 'It was the cache.' }, WAIT)).status).toBe(200);
    for (const body of [{}, { body: '' }, { body: 'x', title: 'y' }])
      expect((await call('PUT', path, body)).status).toBe(422);
  });

  test('Another update reopens it, and says only what it names', async () => {
    await say(id, {
      status: 'monitoring',
      body: 'Again.',
      components: [{ id: web, status: 'partial_outage' }],
    });
    expect(await incident(id)).toMatchObject({
      status: 'monitoring',
      resolved_at: null,
      components: [
        { id: api, status: 'operational' },
        { id: web, status: 'partial_outage' },
      ],
    });
  });

  test('Taking the newest update back returns to the one before; the last one stays', async () => {
    for (const status of ['resolved', 'identified', 'investigating']) {
      const newest = (await incident(id)).updates[0]!;
      const gone = await call('DELETE', `/incidents/${id}/updates/${newest.id}`, undefined, WAIT);
      expect([gone.status, gone.text]).toEqual([204, '']);
      expect((await incident(id)).status).toBe(status);
    }
    const [only] = (await incident(id)).updates;
    const kept = await call('DELETE', `/incidents/${id}/updates/${only!.id}`);
    expect([kept.status, kept.body]).toEqual([409, { detail: expect.any(String) }]);
  });

  test('Deleted, it leaves nothing behind', async () => {
    const gone = await call('DELETE', `/incidents/${id}`, undefined, WAIT);
    expect([gone.status, gone.headers['preference-applied']]).toEqual([204, 'wait']);
    for (const path of [`/incidents/${id}/`, `/api/v1/incidents/${id}`])
      expect([path, (await daymark.api('GET', path)).status]).toEqual([path, 404]);
    expect(await publicly('/api/v1/status')).toMatchObject({ status: 'operational', active_incidents: 0 });
  });
});

describe('Changing an incident', () => {
  test('Title, impact and times are changed; null gives the impact back to its components', async () => {
    const { id } = await open({
      components: [{ id: api, status: 'degraded_performance' }],
      impact: 'critical',
    });
    const path = `/incidents/${id}`;
    const patched = await call('PATCH', path, { title: 'Slower', started_at: '2026-01-01T00:00:00+01:00' });
    expect(patched.body).toMatchObject({
      title: 'Slower',
      impact: 'critical',
      started_at: '2025-12-31T23:00:00+00:00',
    });
    expect((await call('PATCH', path, { impact: null })).body).toMatchObject({ impact: 'minor' });
    const closed = await call('PATCH', path, { status: 'resolved', body: 'Done.' });
    expect(closed.body).toMatchObject({
      status: 'resolved',
      updates: [{ body: 'Done.' }, { body: 'We look.' }],
    });
    for (const body of [{ title: null }, { status: 'broken' }, { id: NOWHERE }, { updates: [] }])
      expect((await call('PATCH', path, body)).status).toBe(422);
    expect(revisionOf(await call('PATCH', path, {}))).toBe(revisionOf(closed));
  });

  test('One that is over is recorded with its times', async () => {
    const past = await open({
      status: 'resolved',
      started_at: '2026-03-01T10:00:00Z',
      resolved_at: '2026-03-01T11:30:00Z',
      components: [{ id: api, status: 'major_outage' }],
    });
    expect(past).toMatchObject({
      status: 'resolved',
      impact: 'major',
      started_at: '2026-03-01T10:00:00+00:00',
      resolved_at: '2026-03-01T11:30:00+00:00',
      components: [{ id: api, status: 'operational' }],
      updates: [{ status: 'resolved', components: [{ id: api, status: 'major_outage' }] }],
    });
    expect((await daymark.api('GET', '/history/2026-03/')).text).toContain('Slow');
  });

  test('What the path names has to be there, before anything else is judged', async () => {
    const { id } = await open({});
    const other = await open({});
    for (const [method, path] of [
      ['GET', `/incidents/${NOWHERE}`],
      ['PATCH', `/incidents/${NOWHERE}`],
      ['DELETE', `/incidents/${NOWHERE}`],
      ['GET', `/incidents/${NOWHERE}/updates`],
      ['POST', `/incidents/${NOWHERE}/updates`],
      ['PUT', `/incidents/${NOWHERE}/postmortem`],
      ['GET', `/incidents/${id}/updates/${NOWHERE}`],
      ['PATCH', `/incidents/${id}/updates/${other.updates[0]!.id}`],
      ['DELETE', `/incidents/${id}/updates/${other.updates[0]!.id}`],
    ] as const)
      expect([path, (await call(method, path, { nonsense: 1 })).status]).toEqual([path, 404]);
  });
});
