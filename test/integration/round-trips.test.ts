import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LibsqlStandIn, startStandIn } from '../libsql/server.ts';
import { type SlowRoad, startSlowRoad } from '../libsql/slow-road.ts';
import { linkTo, Visitor } from '../server/console.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';
import type { Answer } from '../server/http.ts';

const PAGE = '/api/v1/pages/acme';
/** What a process notes by the way, like the use of a key, counts too: the least of a few is the write's own. */
const TIMES = 3;

let database: LibsqlStandIn;
let road: SlowRoad;
/** Has the folder of files, and publishes; the other one does nothing but answer. */
let near: Daymark | undefined;
let far: Daymark;
let component = '';

beforeAll(async () => {
  database = await startStandIn();
  road = await startSlowRoad(database.port, 0);
  near = await startDaymark({ env: database.env });
  await firstPage(near, { name: 'Acme' });
  far = await startDaymark({
    env: { ...database.env, DATABASE_URL: `http://127.0.0.1:${road.port}` },
    ...{ args: ['serve', '--no-workers'], key: near.key, dataDir: near.dataDir },
  });
  component = await made(far.api('POST', `${PAGE}/components`, { name: 'API' }));
});

afterAll(async () => {
  await far?.stop();
  await near?.stop();
  await road?.stop();
  await database?.kill();
});

async function made(answer: Promise<Answer>): Promise<string> {
  const { status, body, text } = await answer;
  expect(status, text).toBe(201);
  return (body as { id: string }).id;
}

/** The least that a write costs, of a few that all succeed. */
async function costOf(write: (n: number) => Promise<Answer>): Promise<number> {
  const costs: number[] = [];
  for (let n = 0; n < TIMES; n += 1) costs.push(await costOfOne(() => write(n)));
  return Math.min(...costs);
}

async function costOfOne(write: () => Promise<Answer>): Promise<number> {
  const before = road.roundTrips();
  const { status, text } = await write();
  expect(status, text).toBeLessThan(300);
  return road.roundTrips() - before;
}

const incident = () => ({
  title: 'Slow',
  body: 'We are looking.',
  components: [{ id: component, status: 'partial_outage' }],
});

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

const plan = () => ({
  title: 'A new router',
  body: 'Short interruptions.',
  starts_at: inHours(2),
  ends_at: inHours(3),
  component_ids: [component],
});

describe('an API write costs at most three round trips to a database server', () => {
  const statuses = ['major_outage', 'operational'];

  test('a status', async () => {
    const path = `${PAGE}/components/${component}`;
    expect(await costOf((n) => far.api('PATCH', path, { status: statuses[n % 2] }))).toBeLessThanOrEqual(3);
  });

  test('a status, if it is still as it was read', async () => {
    const path = `${PAGE}/components/${component}`;
    const costs: number[] = [];
    for (let n = 0; n < TIMES; n += 1) {
      const { headers } = await far.api('GET', path);
      const match = { 'if-match': String(headers.etag) };
      costs.push(await costOfOne(() => far.api('PATCH', path, { status: statuses[n % 2] }, match)));
    }
    expect(Math.min(...costs)).toBeLessThanOrEqual(3);
  });

  test('the statuses of several components', async () => {
    const list = (n: number) => [{ id: component, status: statuses[n % 2] }];
    expect(await costOf((n) => far.api('PATCH', `${PAGE}/components`, list(n)))).toBeLessThanOrEqual(3);
  });

  test('a component', async () => {
    const name = (n: number) => ({ name: `Storage ${n}` });
    expect(await costOf((n) => far.api('POST', `${PAGE}/components`, name(n)))).toBeLessThanOrEqual(3);
    const path = `${PAGE}/components/${component}`;
    expect(await costOf((n) => far.api('PATCH', path, { name: `API ${n}` }))).toBeLessThanOrEqual(3);
  });

  test('an incident', async () => {
    expect(await costOf(() => far.api('POST', `${PAGE}/incidents`, incident()))).toBeLessThanOrEqual(3);
  });

  test('an incident that may be sent again, and its repetition', async () => {
    const key = (n: number) => ({ 'idempotency-key': `round trips ${n}`.replaceAll(' ', '-') });
    const body = incident();
    const open = (n: number) => far.api('POST', `${PAGE}/incidents`, body, key(n));
    expect(await costOf(open)).toBeLessThanOrEqual(3);
    expect(await costOf(open)).toBeLessThanOrEqual(3);
    expect((await open(0)).headers['idempotent-replayed']).toBe('true');
  });

  test('an update, and a change of an incident', async () => {
    const id = await made(far.api('POST', `${PAGE}/incidents`, incident()));
    const path = `${PAGE}/incidents/${id}`;
    const update = { status: 'monitoring', body: 'Better.', notify: true };
    expect(await costOf(() => far.api('POST', `${path}/updates`, update))).toBeLessThanOrEqual(3);
    expect(await costOf((n) => far.api('PATCH', path, { title: `Slow ${n}` }))).toBeLessThanOrEqual(3);
    expect(
      await costOf((n) => far.api('PATCH', path, { status: ['resolved', 'monitoring'][n % 2], body: 'So.' })),
    ).toBeLessThanOrEqual(3);
  });

  test('maintenance, and its updates', async () => {
    expect(await costOf(() => far.api('POST', `${PAGE}/maintenance`, plan()))).toBeLessThanOrEqual(3);
    const id = await made(far.api('POST', `${PAGE}/maintenance`, plan()));
    const path = `${PAGE}/maintenance/${id}`;
    const update = (n: number) => ({
      status: ['in_progress', 'verifying', 'completed'][n],
      body: 'Going on.',
    });
    expect(await costOf((n) => far.api('PATCH', path, { title: `Router ${n}` }))).toBeLessThanOrEqual(3);
    expect(await costOf((n) => far.api('POST', `${path}/updates`, update(n)))).toBeLessThanOrEqual(3);
  });
});

/** What is told once, and what the publisher notes meanwhile. */
const PASSING = new Set(['secret', 'key', 'published_revision', 'published_at', 'publish_error']);

function lasting(document: unknown): unknown {
  return JSON.parse(
    JSON.stringify(document, (name, value: unknown) => (PASSING.has(name) ? undefined : value)),
  );
}

/**
 * The least that a write of a document costs. What a change answers was not read again: each time it has to be what a
 * read tells then.
 *
 * @param told where it is read, when that is not where it was written
 */
async function costOfDocument(
  method: 'POST' | 'PUT' | 'PATCH',
  path: string | ((n: number) => string),
  body: (n: number) => unknown,
  told?: string,
): Promise<number> {
  const costs: number[] = [];
  for (let n = 0; n < TIMES; n += 1) {
    const at = typeof path === 'string' ? path : path(n);
    let answer: Answer | undefined;
    costs.push(await costOfOne(async () => (answer = await far.api(method, at, body(n)))));
    const said = answer!.body as { id?: string };
    const read = await far.api('GET', told ?? (method === 'POST' ? `${at}/${said.id}` : at));
    expect(lasting(read.body)).toEqual(lasting(said));
  }
  return Math.min(...costs);
}

describe('So does what follows an incident, and what puts a page in order', () => {
  test('a corrected update, and a postmortem', async () => {
    const id = await made(far.api('POST', `${PAGE}/incidents`, incident()));
    const path = `${PAGE}/incidents/${id}`;
    const { body } = await far.api('GET', `${path}/updates`);
    const [first] = body as { id: string }[];
    const text = (n: number) => ({ body: `A cable was pulled, ${n}.` });
    expect(await costOfDocument('PATCH', `${path}/updates/${first!.id}`, text)).toBeLessThanOrEqual(3);
    expect(await costOfDocument('PUT', `${path}/postmortem`, text)).toBeLessThanOrEqual(3);
  });

  test('groups, components that move, and the order of all', async () => {
    const make = (n: number) => ({ name: `Region ${n}`, ...(n === 0 ? {} : { position: n }) });
    expect(await costOfDocument('POST', `${PAGE}/groups`, make)).toBeLessThanOrEqual(3);
    const groups = ((await far.api('GET', `${PAGE}/groups`)).body as { id: string }[]).map(({ id }) => id);
    const renamed = (n: number) => ({ name: `Zone ${n}`, position: 2 });
    expect(await costOfDocument('PATCH', (n) => `${PAGE}/groups/${groups[n]}`, renamed)).toBeLessThanOrEqual(
      3,
    );
    const path = `${PAGE}/components/${component}`;
    const homes = [{ group_id: groups[0] }, { group_id: groups[1], position: 1 }, { group_id: null }];
    expect(await costOfDocument('PATCH', path, (n) => homes[n])).toBeLessThanOrEqual(3);
    const placed = (n: number) => ({
      name: `Placed ${n}`,
      position: n + 1,
      group_id: n === 1 ? groups[1] : null,
    });
    expect(await costOfDocument('POST', `${PAGE}/components`, placed)).toBeLessThanOrEqual(3);
    const list = ((await far.api('GET', `${PAGE}/components`)).body as { id: string }[]).map(({ id }) => id);
    const turned = (n: number) => (n % 2 === 0 ? list.toReversed() : list);
    expect(
      await costOfDocument('PUT', `${PAGE}/components/order`, turned, `${PAGE}/components`),
    ).toBeLessThanOrEqual(3);
    expect(await costOf((n) => far.api('DELETE', `${PAGE}/groups/${groups[n]}`))).toBeLessThanOrEqual(3);
  });

  test('a component that goes', async () => {
    const ids: string[] = [];
    for (let n = 0; n < TIMES; n += 1)
      ids.push(await made(far.api('POST', `${PAGE}/components`, { name: `Old ${n}` })));
    expect(await costOf((n) => far.api('DELETE', `${PAGE}/components/${ids[n]}`))).toBeLessThanOrEqual(3);
  });
});

describe('So does what reaches back in time', () => {
  const some = async (path: string, body: () => unknown) => {
    const ids: string[] = [];
    for (let n = 0; n < TIMES; n += 1) ids.push(await made(far.api('POST', path, body())));
    return ids;
  };
  const incidents = `${PAGE}/incidents`;
  const since = () => ({ ...incident(), started_at: inHours(-50) });

  test('an incident put on record afterwards, corrected and reopened', async () => {
    const over = () => ({ ...since(), status: 'resolved', resolved_at: inHours(-40) });
    expect(await costOfDocument('POST', incidents, since)).toBeLessThanOrEqual(3);
    expect(await costOfDocument('POST', incidents, over)).toBeLessThanOrEqual(3);
    const ids = await some(incidents, over);
    const path = (n: number) => `${incidents}/${ids[n]}`;
    expect(
      await costOfDocument('PATCH', path, (n) => ({ started_at: inHours(-60 - n) })),
    ).toBeLessThanOrEqual(3);
    expect(
      await costOfDocument('PATCH', path, () => ({ status: 'monitoring', body: 'It is back.' })),
    ).toBeLessThanOrEqual(3);
  });

  test('an update that is taken back, and a deleted incident', async () => {
    const ids = await some(incidents, since);
    const updates: string[] = [];
    for (const id of ids)
      updates.push(
        await made(far.api('POST', `${incidents}/${id}/updates`, { status: 'resolved', body: 'Over.' })),
      );
    expect(
      await costOf((n) => far.api('DELETE', `${incidents}/${ids[n]}/updates/${updates[n]}`)),
    ).toBeLessThanOrEqual(3);
    expect(await costOf((n) => far.api('DELETE', `${incidents}/${ids[n]}`))).toBeLessThanOrEqual(3);
  });

  test('maintenance that began before it was written down, has other components, and is deleted', async () => {
    const begun = () => ({ ...plan(), starts_at: inHours(-50) });
    const path = `${PAGE}/maintenance`;
    expect(await costOfDocument('POST', path, begun)).toBeLessThanOrEqual(3);
    const ids = await some(path, begun);
    const one = (n: number) => `${path}/${ids[n]}`;
    expect(await costOfDocument('PATCH', one, () => ({ component_ids: [] }))).toBeLessThanOrEqual(3);
    expect(await costOf((n) => far.api('DELETE', one(n)))).toBeLessThanOrEqual(3);
  });
});

describe('So does what is set up once', () => {
  test('a webhook', async () => {
    const path = `${PAGE}/webhooks`;
    // Switched off: nothing of what happened before is sent.
    const hook = (n: number) => ({
      ...{ url: `https://hooks.example.com/${n}`, component_ids: [component], active: false },
    });
    expect(await costOfDocument('POST', path, hook)).toBeLessThanOrEqual(3);
    const ids = ((await far.api('GET', path)).body as { id: string }[]).map(({ id }) => id);
    const one = (n: number) => `${path}/${ids[n]}`;
    const patches = [
      { events: ['incident.created'] },
      { component_ids: null },
      { url: 'https://hooks.example.com/new' },
    ];
    expect(await costOfDocument('PATCH', one, (n) => patches[n])).toBeLessThanOrEqual(3);
    expect(await costOf((n) => far.api('POST', `${one(n)}/secret`))).toBeLessThanOrEqual(3);
    expect(await costOf((n) => far.api('DELETE', one(n)))).toBeLessThanOrEqual(3);
  });

  test('a template', async () => {
    const path = `${PAGE}/templates`;
    const said = [{ id: component, status: 'major_outage' }];
    const template = (n: number) => ({ name: `Template ${n}`, title: 'Slow', body: 'So.', components: said });
    expect(await costOfDocument('POST', path, template)).toBeLessThanOrEqual(3);
    const ids = ((await far.api('GET', path)).body as { id: string }[]).map(({ id }) => id);
    const one = (n: number) => `${path}/${ids[n]}`;
    const patches = [{ name: 'Other' }, { status: 'monitoring', components: said }, { components: [] }];
    expect(await costOfDocument('PATCH', one, (n) => patches[n])).toBeLessThanOrEqual(3);
    expect(await costOf((n) => far.api('DELETE', one(n)))).toBeLessThanOrEqual(3);
  });

  test('a subscriber', async () => {
    const path = `${PAGE}/subscribers`;
    const who = (n: number) => ({
      email: `ada-${n}@example.com`,
      ...(n === 0 ? {} : { component_ids: [component] }),
    });
    expect(await costOfDocument('POST', path, who)).toBeLessThanOrEqual(3);
    const ids = ((await far.api('GET', path)).body as { id: string }[]).map(({ id }) => id);
    const one = (n: number) => `${path}/${ids[n]}`;
    const patches = [
      { email: 'Grace@example.com' },
      { component_ids: [component] },
      { status: 'unsubscribed' },
    ];
    expect(await costOfDocument('PATCH', one, (n) => patches[n])).toBeLessThanOrEqual(3);
    expect(await costOf((n) => far.api('DELETE', one(n)))).toBeLessThanOrEqual(3);
  });

  test('an API key', async () => {
    const path = '/api/v1/api-keys';
    const { body: page } = await far.api('GET', PAGE);
    const reach = { scopes: ['pages:read'], page_ids: [(page as { id: string }).id] };
    const keep = (n: number) => ({ name: `Reader ${n}`, ...reach });
    expect(await costOfDocument('POST', path, keep)).toBeLessThanOrEqual(3);
    const keys = (await far.api('GET', path)).body as { id: string; name: string }[];
    const readers = keys.filter(({ name }) => name.startsWith('Reader'));
    const one = (n: number) => `${path}/${readers[n]!.id}`;
    const patch = (n: number) => ({ name: `Renamed ${n}`, ...reach });
    expect(await costOfDocument('PATCH', one, patch)).toBeLessThanOrEqual(3);
    expect(await costOf((n) => far.api('DELETE', one(n)))).toBeLessThanOrEqual(3);
  });

  test('a page', async () => {
    const path = '/api/v1/pages';
    const page = (n: number) => ({ name: `Other ${n}`, ...(n === 0 ? {} : { slug: `other-${n}-b` }) });
    expect(await costOfDocument('POST', path, page)).toBeLessThanOrEqual(3);
    const pages = (await far.api('GET', path)).body as { id: string; name: string }[];
    const others = pages.filter(({ name }) => name.startsWith('Other'));
    const one = (n: number) => `${path}/${others[n]!.id}`;
    const patches = [
      { slug: 'moved', description: 'It has moved.', languages: ['en', 'de'] },
      { domain: 'status.acme.example', accent: '#0a7f5a' },
      { timezone: 'Asia/Tokyo' },
    ];
    expect(await costOfDocument('PATCH', one, (n) => patches[n])).toBeLessThanOrEqual(3);
    expect(await costOf((n) => far.api('DELETE', one(n)))).toBeLessThanOrEqual(3);
  });

  test('an invitation, and what a member may do', async () => {
    const path = '/api/v1/invitations';
    const who = (n: number) => ({ email: `grace-${n}@example.com`, role: 'viewer' });
    expect(await costOfDocument('POST', path, who)).toBeLessThanOrEqual(3);
    const ids = ((await far.api('GET', path)).body as { id: string }[]).map(({ id }) => id);
    expect(await costOf((n) => far.api('DELETE', `${path}/${ids[n]}`))).toBeLessThanOrEqual(3);
    const joined: string[] = [];
    for (let n = 0; n < TIMES; n += 1) joined.push(await join(`joan-${n}@example.com`));
    const one = (n: number) => `/api/v1/members/${joined[n]}`;
    expect(await costOfDocument('PATCH', one, () => ({ role: 'editor' }))).toBeLessThanOrEqual(3);
    expect(await costOf((n) => far.api('DELETE', one(n)))).toBeLessThanOrEqual(3);
  });
});

/** Invites somebody, who follows the link. @returns the member's id */
async function join(email: string): Promise<string> {
  await made(near!.api('POST', '/api/v1/invitations', { email, role: 'viewer' }));
  const { token } = await linkTo(near!, email, '/console/invitation/');
  const form = { token, name: 'Joan', password: 'a password of some length' };
  expect((await new Visitor(near!.url).post('/console/invitation/', form)).status).toBe(303);
  const members = (await near!.api('GET', '/api/v1/members')).body as { id: string; email: string }[];
  return members.find((one) => one.email === email)!.id;
}
