import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCOPES, type Scope } from '../../src/auth/scopes.ts';
import { documentOf, type Operation, operationsOf } from '../fixtures/operations.ts';
import { type Daymark, runCli, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';
import type { Answer } from '../server/http.ts';

const NOWHERE = '01a00000-0000-7000-8000-000000000000';
const SENTENCE = { detail: expect.any(String) };
const SOON_MS = 5_000;

let daymark: Daymark;
let managed: Operation[];
let acmeId: string;
let ourKeyId: string;
/** What there is on our page, by the name of its list. */
const ours: Record<string, string> = {};
const only = new Map<Scope, string>();
const allBut = new Map<Scope, string>();
const keys = { bound: '', charlie: '', revoked: '', expired: '' };

async function keyWith(body: object): Promise<{ id: string; key: string }> {
  const made = await daymark.api('POST', '/api/v1/api-keys', { name: 'test', ...body });
  expect([made.status, made.text]).toEqual([201, made.text]);
  return made.body as { id: string; key: string };
}

/** The path of an operation, to what is really there. */
function pathOf({ path }: Operation, page = 'acme'): string {
  const list = /\/(\w[\w-]*)\/\{id\}/.exec(path)?.[1];
  return path
    .replace('{page}', page)
    .replace('{id}', list === 'api-keys' ? ourKeyId : (ours[list ?? ''] ?? NOWHERE))
    .replace('{update}', NOWHERE);
}

async function send(
  operation: Operation,
  headers: Record<string, string>,
  path = pathOf(operation),
): Promise<Answer> {
  return daymark.api(operation.method, path, operation.body ? {} : undefined, {
    authorization: '',
    ...headers,
  });
}
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** All operations whose answer is not as it should be. */
async function strays(
  ask: (operation: Operation) => Promise<Answer>,
  isRight: (answer: Answer, operation: Operation) => boolean,
  of: Operation[] = managed,
): Promise<string[]> {
  const found: string[] = [];
  for (const operation of of) {
    const answer = await ask(operation);
    if (!isRight(answer, operation))
      found.push(`${operation.method} ${operation.path}: ${answer.status} ${answer.text}`);
  }
  return found;
}

const is401 = (answer: Answer) =>
  answer.status === 401 &&
  /^Bearer/.test(answer.headers['www-authenticate'] ?? '') &&
  typeof (answer.body as { detail: unknown }).detail === 'string';
const is404 = (answer: Answer) =>
  answer.status === 404 && typeof (answer.body as { detail: unknown }).detail === 'string';

beforeAll(async () => {
  daymark = await startDaymark();
  acmeId = (await firstPage(daymark, { name: 'Acme' })).id;
  const bound = await daymark.api('POST', '/api/v1/pages', { name: 'Bound' });
  const times = { starts_at: '2031-01-01T00:00:00Z', ends_at: '2031-01-01T01:00:00Z' };
  for (const [list, body] of Object.entries({
    components: { name: 'API' },
    groups: { name: 'Shop' },
    incidents: { title: 'Down', body: 'x' },
    maintenance: { title: 'Move', body: 'x', ...times },
    templates: { name: 'T', title: 'T', body: 'x' },
    // Refused before it is dialled.
    webhooks: { url: 'http://127.0.0.1:9/' },
    subscribers: { email: 'ada@example.com' },
  }))
    ours[list] = ((await daymark.api('POST', `/api/v1/pages/acme/${list}`, body)).body as { id: string }).id;
  for (const scope of SCOPES) {
    only.set(scope, (await keyWith({ scopes: [scope] })).key);
    allBut.set(scope, (await keyWith({ scopes: SCOPES.filter((one) => one !== scope) })).key);
  }
  ourKeyId = (await keyWith({ scopes: ['pages:read'] })).id;
  keys.bound = (await keyWith({ scopes: [...SCOPES], page_ids: [(bound.body as { id: string }).id] })).key;
  const revoked = await keyWith({ scopes: [...SCOPES] });
  keys.revoked = revoked.key;
  await daymark.api('DELETE', `/api/v1/api-keys/${revoked.id}`);
  const statusOf = async (key: string) =>
    (await daymark.api('GET', '/api/v1/pages', undefined, bearer(key))).status;
  // One that was still good when it was first asked: on a busy machine it has to live longer for that.
  for (let lives = SOON_MS, status = 401; status !== 200; lives *= 2) {
    const expires_at = new Date(Date.now() + lives).toISOString();
    keys.expired = (await keyWith({ scopes: [...SCOPES], expires_at })).key;
    status = await statusOf(keys.expired);
  }
  const other = await runCli(['keys', 'create', '--org', 'charlie', '--scopes', SCOPES.join(',')], {
    DATA_DIR: daymark.dataDir,
  });
  keys.charlie = other.stdout.trim();
  managed = operationsOf(await documentOf(daymark)).filter(({ scope }) => scope !== null);
  expect(managed.length).toBeGreaterThan(35);
  await until(async () => (await statusOf(keys.expired)) === 401, 'the key expires');
});
afterAll(() => daymark.stop());

describe('Every route of the management API', () => {
  test('asks for a key', async () => {
    expect(await strays((one) => send(one, {}), is401)).toEqual([]);
    const heads = managed.filter(({ method }) => method === 'GET').map((one) => ({ ...one, method: 'HEAD' }));
    expect(
      await strays(
        (one) => send(one, {}),
        ({ status }) => status === 401,
        heads,
      ),
    ).toEqual([]);
  });

  test('refuses a key that nobody has made, one that was revoked, and one whose time is over', async () => {
    for (const key of [`sk_live_${'x'.repeat(32)}`, keys.revoked, keys.expired]) {
      expect(await strays((one) => send(one, bearer(key)), is401)).toEqual([]);
      expect(await strays((one) => send(one, { 'x-api-key': key }), is401)).toEqual([]);
    }
  });

  test('refuses a key with every scope but its own, and names that', async () => {
    const is403 = ({ status, body }: Answer, { scope }: Operation) => {
      if (status !== 403) return false;
      expect(body).toEqual({
        detail: { code: 'insufficient_scope', message: expect.any(String), required: [scope] },
      });
      return true;
    };
    const ask = (one: Operation) => send(one, bearer(allBut.get(one.scope as Scope)!));
    expect(await strays(ask, is403)).toEqual([]);
  });

  test('takes a key with its scope alone', async () => {
    // Of a page that is not there, so that nothing is deleted.
    const ask = (one: Operation) => {
      const path = pathOf(one, one.method === 'DELETE' ? 'nowhere' : 'acme').replace(ourKeyId, NOWHERE);
      return send(one, bearer(only.get(one.scope as Scope)!), path);
    };
    // An import takes no JSON.
    const isIn = ({ status }: Answer) => [200, 201, 404, 415, 422].includes(status);
    expect(await strays(ask, isIn)).toEqual([]);
  });

  test('does not know any page but its own for a key that is bound to one', async () => {
    const below = managed.filter(({ path }) => path.includes('{page}'));
    for (const page of ['acme', acmeId]) {
      const ask = (one: Operation) => send(one, bearer(keys.bound), pathOf(one, page));
      expect(await strays(ask, is404, below)).toEqual([]);
    }
    const refused = managed.filter(
      ({ path, method }) =>
        /^.api.v1.(audit-events|members|invitations)/.test(path) ||
        (path === '/api/v1/pages' && method === 'POST'),
    );
    expect(refused).toHaveLength(10);
    const is403 = ({ status, body }: Answer) => {
      expect(body).toEqual(SENTENCE);
      return status === 403;
    };
    expect(await strays((one) => send(one, bearer(keys.bound)), is403, refused)).toEqual([]);
  });

  test('does not know what is ours on the page of a key that is bound to another', async () => {
    const below = managed.filter(({ path }) => path.includes('{id}') && path.includes('{page}'));
    const ask = (one: Operation) => send(one, bearer(keys.bound), pathOf(one, 'bound'));
    expect(await strays(ask, is404, below)).toEqual([]);
  });

  test('knows nothing of ours for another organization, and says the same of what is not there', async () => {
    const named = managed.filter(({ path }) => path.includes('{'));
    for (const page of ['acme', acmeId]) {
      const ask = (one: Operation) => send(one, bearer(keys.charlie), pathOf(one, page));
      expect(await strays(ask, is404, named)).toEqual([]);
    }
    for (const one of named) {
      const real = await send(one, bearer(keys.charlie));
      const none = await send(one, bearer(keys.charlie), pathOf(one, 'nowhere').replace(ourKeyId, NOWHERE));
      expect([one.path, real.text]).toEqual([one.path, none.text]);
    }
    for (const path of ['/api/v1/pages', '/api/v1/audit-events']) {
      const list = await daymark.api('GET', path, undefined, bearer(keys.charlie));
      expect(list.text).not.toContain(acmeId);
    }
  });

  test('And after all that everything is still there', async () => {
    for (const [list, id] of Object.entries(ours))
      expect([list, (await daymark.api('GET', `/api/v1/pages/acme/${list}/${id}`)).status]).toEqual([
        list,
        200,
      ]);
    expect((await daymark.api('GET', `/api/v1/api-keys/${ourKeyId}`)).status).toBe(200);
    expect((await daymark.api('GET', '/api/v1/pages')).headers['x-total-count']).toBe('2');
  });
});

describe('Nobody grants beyond their own', () => {
  const grant = (key: string, body: object, path = '/api/v1/api-keys', method = 'POST') =>
    daymark.api(
      method,
      path,
      { ...(method === 'POST' ? { name: 'x', scopes: ['keys:write'] } : {}), ...body },
      bearer(key),
    );

  test('scopes, neither to a new key nor to an old one', async () => {
    const { key } = await keyWith({ scopes: ['keys:write', 'keys:read'] });
    expect((await grant(key, { scopes: ['keys:write'] })).status).toBe(201);
    expect((await grant(key, { scopes: ['keys:write', 'pages:write'] })).status).toBe(403);
    const { id } = (await grant(key, {})).body as { id: string };
    const path = `/api/v1/api-keys/${id}`;
    expect((await grant(key, { scopes: ['pages:read'] }, path, 'PATCH')).status).toBe(403);
    expect((await grant(key, { page_ids: null }, `/api/v1/api-keys/${ourKeyId}`, 'PATCH')).status).toBe(403);
  });

  test('pages: a bound key makes keys for its own, sees them alone, and can not unbind one', async () => {
    const made = await grant(keys.bound, {});
    const { id, page_ids } = made.body as { id: string; page_ids: string[] };
    expect([made.status, page_ids]).toEqual([201, [expect.any(String)]]);
    expect((await grant(keys.bound, { page_ids: null }, `/api/v1/api-keys/${id}`, 'PATCH')).status).toBe(403);
    expect((await grant(keys.bound, { page_ids: [acmeId] })).status).toBe(422);
    expect((await grant(keys.bound, { page_ids: [...page_ids, acmeId] })).status).toBe(422);
    const list = (await daymark.api('GET', '/api/v1/api-keys', undefined, bearer(keys.bound))).body as {
      page_ids: string[];
    }[];
    for (const one of list) expect(one.page_ids).toEqual(page_ids);
    for (const method of ['GET', 'PATCH', 'DELETE'])
      expect((await grant(keys.bound, {}, `/api/v1/api-keys/${ourKeyId}`, method)).status).toBe(404);
  });

  test('a lifetime: a key that expires makes none that lives longer', async () => {
    const { key } = await keyWith({ scopes: ['keys:write'], expires_at: '2031-01-01T00:00:00Z' });
    expect((await grant(key, { expires_at: '2031-01-01T00:00:01Z' })).status).toBe(403);
    expect((await grant(key, { expires_at: null })).status).toBe(403);
    expect((await grant(key, {})).body).toMatchObject({ expires_at: '2031-01-01T00:00:00+00:00' });
    const shorter = await grant(key, { expires_at: '2030-12-31T00:00:00Z' });
    expect(shorter.status).toBe(201);
    const path = `/api/v1/api-keys/${(shorter.body as { id: string }).id}`;
    expect((await grant(key, { expires_at: '2032-01-01T00:00:00Z' }, path, 'PATCH')).status).toBe(403);
    expect((await grant(key, { expires_at: null }, path, 'PATCH')).status).toBe(403);
    expect((await grant(key, { name: 'y' }, path, 'PATCH')).status).toBe(200);
    expect((await grant(key, {}, path, 'PATCH')).status).toBe(200);
  });

  test('and the secret is nowhere but in the answer that made it', async () => {
    const { id, key } = await keyWith({ scopes: ['pages:read'] });
    for (const path of [`/api/v1/api-keys/${id}`, '/api/v1/api-keys?per_page=500', '/api/v1/audit-events'])
      expect((await daymark.api('GET', path)).text).not.toContain(key.slice(8));
    expect(daymark.output()).not.toContain(key.slice(8));
  });
});
