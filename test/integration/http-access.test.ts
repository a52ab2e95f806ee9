import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exchange } from '../fixtures/raw-http.ts';
import { type Daymark, runCli, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';
import type { Answer } from '../server/http.ts';

const NOWHERE = '01a00000-0000-7000-8000-000000000000';
const SENTENCE = { detail: expect.any(String) };

let daymark: Daymark;
/** Secrets by what they may do. */
const keys: Record<'pages' | 'reads' | 'bound' | 'charlie', string> = {
  pages: '',
  reads: '',
  bound: '',
  charlie: '',
};

async function keyFor(...args: string[]): Promise<string> {
  const done = await runCli(['keys', 'create', ...args], { DATA_DIR: daymark.dataDir });
  expect([done.code, done.stderr]).toEqual([0, '']);
  expect(done.stdout).toMatch(/^sk_live_[\w-]{24,}\n$/);
  return done.stdout.trim();
}

const as = (key: string, method: string, path: string, body?: unknown): Promise<Answer> =>
  daymark.api(method, path, body, { authorization: `Bearer ${key}` });

beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'Acme' });
  await daymark.api('POST', '/api/v1/pages', { name: 'Bound' });
  keys.pages = await keyFor('--org', 'acme', '--scopes', 'pages:read,pages:write');
  keys.reads = await keyFor('--org', 'acme', '--scopes', 'pages:read,components:read,incidents:read');
  const all = 'pages:read,pages:write,components:read,components:write,incidents:read,incidents:write';
  keys.bound = await keyFor('--org', 'acme', '--scopes', all, '--page', 'bound');
  keys.charlie = await keyFor('--org', 'charlie', '--scopes', all);
});
afterAll(() => daymark.stop());

describe('Who asks', () => {
  test.each([
    ['no key', {}],
    ['an unknown key', { authorization: `Bearer sk_live_${'x'.repeat(24)}` }],
    ['an unknown key in the other header', { 'x-api-key': `sk_live_${'x'.repeat(24)}` }],
    ['another scheme', { authorization: 'Basic dXNlcjpwYXNz' }],
    ['a bare key', { authorization: `sk_live_${'x'.repeat(24)}` }],
    ['a bearer without a key', { authorization: 'Bearer ' }],
    ['a key of megabyte dreams', { authorization: `Bearer sk_live_${'x'.repeat(5_000)}` }],
    ['words of SQL', { 'x-api-key': "sk_live_' or 1=1 --" }],
  ])('%s is a 401 that says how to come in', async (_what, headers) => {
    const answer = await daymark.api('GET', '/api/v1/pages', undefined, { authorization: '', ...headers });
    expect([answer.status, answer.body]).toEqual([401, SENTENCE]);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    expect(answer.text).not.toContain('x'.repeat(24));
  });

  test('A key is taken from either header, and from both when they agree', async () => {
    const { key } = daymark;
    const ways: Record<string, string>[] = [
      { authorization: `Bearer ${key}` },
      { authorization: `bearer ${key}` },
      { authorization: '', 'x-api-key': key },
      { authorization: `Bearer ${key}`, 'x-api-key': key },
    ];
    for (const headers of ways)
      expect((await daymark.api('GET', '/api/v1/pages', undefined, headers)).status).toBe(200);
  });

  test('Different keys in the two headers are a 400', async () => {
    const answer = await daymark.api('GET', '/api/v1/pages', undefined, { 'x-api-key': keys.pages });
    expect([answer.status, answer.body]).toEqual([400, SENTENCE]);
  });

  test('A header given twice is refused', async () => {
    const answer = await exchange(
      daymark.url,
      `GET /api/v1/pages HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${keys.pages}\r\nAuthorization: Bearer ${daymark.key}\r\n\r\n`,
    );
    expect([400, 401]).toContain(answer.status);
  });
});

describe('What a key may', () => {
  test('A missing scope is a 403 that names it', async () => {
    const answer = await as(keys.pages, 'POST', '/api/v1/pages/acme/incidents', { title: 'x', body: 'y' });
    expect(answer.status).toBe(403);
    expect(answer.body).toEqual({
      detail: {
        code: 'insufficient_scope',
        message: expect.any(String),
        required: ['incidents:write'],
      },
    });
  });

  test('Reading and writing are granted apart', async () => {
    expect((await as(keys.reads, 'GET', '/api/v1/pages/acme/components')).status).toBe(200);
    for (const [method, path] of [
      ['POST', '/components'],
      ['PATCH', '/components'],
      ['PUT', '/components/order'],
      ['POST', '/groups'],
      ['DELETE', `/incidents/${NOWHERE}`],
      ['PATCH', ''],
      ['DELETE', ''],
    ] as const)
      expect([path, (await as(keys.reads, method, `/api/v1/pages/acme${path}`, {})).status]).toEqual([
        path,
        403,
      ]);
    expect((await as(keys.reads, 'GET', '/api/v1/pages/acme/maintenance')).status).toBe(403);
  });

  test('A key that is bound to a page sees that page alone, and makes none', async () => {
    const list = await as(keys.bound, 'GET', '/api/v1/pages');
    expect((list.body as { slug: string }[]).map(({ slug }) => slug)).toEqual(['bound']);
    expect(list.headers['x-total-count']).toBe('1');
    expect((await as(keys.bound, 'GET', '/api/v1/pages/bound')).status).toBe(200);
    const other = await as(keys.bound, 'GET', '/api/v1/pages/acme');
    const none = await as(keys.bound, 'GET', '/api/v1/pages/nowhere');
    expect([other.status, other.text]).toEqual([404, none.text]);
    for (const [method, path] of [
      ['PATCH', ''],
      ['DELETE', ''],
      ['GET', '/components'],
      ['POST', '/incidents'],
    ] as const)
      expect((await as(keys.bound, method, `/api/v1/pages/acme${path}`, {})).status).toBe(404);
    const made = await as(keys.bound, 'POST', '/api/v1/pages', { name: 'More' });
    expect([made.status, made.body]).toEqual([403, SENTENCE]);
  });

  test('Another organization sees nothing of ours, and can not tell it from nothing', async () => {
    const component = await daymark.api('POST', '/api/v1/pages/acme/components', { name: 'Ours' });
    const { id } = component.body as { id: string };
    const page = await daymark.api('GET', '/api/v1/pages/acme');
    expect((await as(keys.charlie, 'GET', '/api/v1/pages')).body).toEqual([]);
    const none = await as(keys.charlie, 'GET', '/api/v1/pages/nowhere');
    for (const ref of ['acme', (page.body as { id: string }).id]) {
      for (const [method, path] of [
        ['GET', ''],
        ['PATCH', ''],
        ['DELETE', ''],
        ['GET', `/components/${id}`],
        ['DELETE', `/components/${id}`],
      ] as const) {
        const answer = await as(keys.charlie, method, `/api/v1/pages/${ref}${path}`, {});
        expect([path, answer.status, answer.text]).toEqual([path, 404, none.text]);
      }
    }
    const mine = await as(keys.charlie, 'POST', '/api/v1/pages', { name: 'Charlie' });
    expect(mine.status).toBe(201);
    const named = await as(keys.charlie, 'POST', '/api/v1/pages/charlie/incidents', {
      title: 'x',
      body: 'y',
      components: [{ id, status: 'major_outage' }],
    });
    expect(named.status).toBe(422);
    expect((await as(keys.charlie, 'GET', `/api/v1/pages/charlie/components/${id}`)).status).toBe(404);
    expect((await daymark.api('GET', `/api/v1/pages/charlie/components/${id}`)).status).toBe(404);
  });
});

describe('The first thing that is wrong is the one that is said', () => {
  /** Each line is wrong in its own way and in all ways of the lines below it. */
  const big = `{"name": "${'x'.repeat(300_000)}`;
  test.each([
    ['405 before 401', 'PUT', '/api/v1/pages', { authorization: '' }, 405],
    ['404 of the route before 405 and 401', 'PUT', '/api/v1/pages/x/nothing', { authorization: '' }, 404],
    ['401 before 404', 'POST', '/api/v1/pages/nowhere/components', { authorization: '' }, 401],
    ['404 before 413', 'POST', '/api/v1/pages/nowhere/components', {}, 404],
    ['404 of what is below before 413', 'PATCH', `/api/v1/pages/acme/components/${NOWHERE}`, {}, 404],
    [
      '413 before 415 and 400',
      'POST',
      '/api/v1/pages/acme/components',
      { 'content-type': 'text/plain' },
      413,
    ],
  ])('%s', async (_what, method, path, headers, status) => {
    const answer = await daymark.api(method, path, big, headers);
    expect([answer.status, answer.body]).toEqual([status, SENTENCE]);
  });

  test('403 before 404', async () => {
    expect((await as(keys.pages, 'POST', '/api/v1/pages/nowhere/components', big)).status).toBe(403);
  });

  test('415 before 400, 400 before 422, 422 before 409', async () => {
    const path = '/api/v1/pages';
    const broken = await daymark.api('POST', path, '{"slug": 1', { 'content-type': 'text/plain' });
    expect(broken.status).toBe(415);
    expect((await daymark.api('POST', path, '{"slug": 1')).status).toBe(400);
    const both = await daymark.api('POST', path, { slug: 'acme', name: '', extra: 1 });
    expect(both.status).toBe(422);
    expect((await daymark.api('POST', path, { slug: 'acme', name: 'Again' })).status).toBe(409);
  });

  test('A 405 names what the path takes, and OPTIONS says the same', async () => {
    for (const [path, wrong, allow] of [
      ['/api/v1/pages', 'PUT', 'GET, POST, HEAD, OPTIONS'],
      ['/api/v1/pages/acme', 'POST', 'GET, PATCH, DELETE, HEAD, OPTIONS'],
      ['/api/v1/pages/acme/components/order', 'DELETE', 'PUT, OPTIONS'],
      [`/api/v1/pages/acme/incidents/${NOWHERE}/postmortem`, 'POST', 'GET, PUT, HEAD, OPTIONS'],
    ] as const) {
      const refused = await daymark.api(wrong, path);
      expect([refused.status, refused.headers.allow]).toEqual([405, allow]);
      const options = await daymark.api('OPTIONS', path);
      expect([options.status, options.headers.allow]).toEqual([204, allow]);
    }
  });

  test('HEAD of a managed resource answers like GET, without the body', async () => {
    const head = await daymark.api('HEAD', '/api/v1/pages/acme');
    expect([head.status, head.text]).toEqual([200, '']);
    expect((await daymark.api('HEAD', '/api/v1/pages/acme', undefined, { authorization: '' })).status).toBe(
      401,
    );
  });
});
