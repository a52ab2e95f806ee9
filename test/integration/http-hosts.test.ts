import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../fixtures/raw-http.ts';
import { type Daymark, runCli, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

const DOMAIN = 'status.example.com';
let daymark: Daymark;
let otherId: string;

/** A GET with another Host than the address that was dialled. */
async function at(host: string, path: string, headers: string[] = [], method = 'GET') {
  const answer = await ask(daymark.url, `${method} ${path}`, [`Host: ${host}`, ...headers]);
  return { ...answer, json: () => JSON.parse(answer.text) as { detail: string } };
}

const titleAt = async (host: string, path = '/') =>
  /<title>[^<]*· ([^<]+)<\/title>/.exec((await at(host, path, ['Accept: text/html'])).text)?.[1];

const cli = (...args: string[]) => runCli(args, { DATA_DIR: daymark.dataDir });

beforeAll(async () => {
  daymark = await startDaymark();
});
afterAll(() => daymark.stop());

test('Before there is a page, / says what the operator has to do', async () => {
  const host = new URL(daymark.url).host;
  const page = await at(host, '/', ['Accept: text/html']);
  expect(page.status).toBe(404);
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(page.text).toContain('POST /api/v1/pages');
  expect((await at(host, '/')).json().detail).toMatch(
    /^There is no status page here yet\. Make one at \/console\//,
  );
});

describe('With a page, and one with a domain of its own', () => {
  beforeAll(async () => {
    await firstPage(daymark, { name: 'First', slug: 'first' });
    const other = await daymark.api(
      'POST',
      '/api/v1/pages',
      { name: 'Other', slug: 'other', domain: DOMAIN },
      { prefer: 'wait=30' },
    );
    otherId = (other.body as { id: string }).id;
  });

  test('The first page made answers at / and below its slug, the other below its slug', async () => {
    const host = new URL(daymark.url).host;
    expect(await titleAt(host)).toBe('First');
    expect(await titleAt(host, '/p/first/')).toBe('First');
    expect(await titleAt(host, '/p/other/')).toBe('Other');
    for (const [path, slug] of [
      ['/api/v1/status', 'first'],
      ['/p/other/api/v1/status', 'other'],
    ])
      expect([slug, (await at(host, path!)).status]).toEqual([slug, 200]);
  });

  test('A domain that nobody has vouched for gets the default page', async () => {
    expect(await titleAt(DOMAIN)).toBe('First');
  });

  test('A host that is not known gets the default page, and is not repeated', async () => {
    for (const host of ['unknown.example', 'UNKNOWN.example:8080', '203.0.113.7', '[2001:db8::1]:80']) {
      const answer = await at(host, '/', ['Accept: text/html']);
      expect(answer.text).toContain('First');
      const missing = await at(host, '/nothing', ['Accept: text/html']);
      const error = await at(host, '/api/v1/pages');
      const all = [answer, missing, error].map((one) => JSON.stringify(one.headers) + one.text).join();
      expect(all.toLowerCase()).not.toContain('unknown.example');
      expect(all).not.toMatch(/203\.0\.113\.7|2001:db8/);
    }
  });

  describe('Once the operator allows the domain', () => {
    beforeAll(async () => {
      const done = await cli('domains', 'allow', DOMAIN);
      expect([done.stderr, done.code]).toEqual(['', 0]);
      await until(async () => (await titleAt(DOMAIN)) === 'Other', 'the domain routes');
    });

    test('The domain shows its page, however it is written', async () => {
      for (const host of [DOMAIN, DOMAIN.toUpperCase(), `${DOMAIN}:8443`, `${DOMAIN}.`])
        expect([host, await titleAt(host)]).toEqual([host, 'Other']);
      expect((await at(DOMAIN, '/api/v1/components?page=1')).status).toBe(200);
      expect((await at(DOMAIN, '/api/v1/components?page=0')).status).toBe(400);
      expect((await at(DOMAIN, '/history/')).status).toBe(200);
    });

    test('On its domain there is no other page, not even by its slug', async () => {
      for (const path of ['/p/first/', '/p/first/api/v1/status', '/p/other/', '/p/first', '/p/'])
        expect([path, (await at(DOMAIN, path)).status]).toEqual([path, 404]);
    });

    test('On its domain there is no management, with or without a key', async () => {
      const key = `Authorization: Bearer ${daymark.key}`;
      for (const path of [
        '/api/v1/pages',
        `/api/v1/pages/${otherId}`,
        '/api/v1/pages/other/components',
        '/api/v1/pages/other/incidents/x/updates',
      ]) {
        for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS', 'PROPFIND']) {
          const answer = await at(DOMAIN, path, [key], method);
          if (method === 'PROPFIND') expect([404, 405]).toContain(answer.status);
          else expect([method, path, answer.status]).toEqual([method, path, 404]);
          expect(answer.json().detail).toEqual(expect.any(String));
          expect(answer.headers['www-authenticate']).toBeUndefined();
        }
      }
    });

    test('Below a slug there is no management either, and keys work on every other host', async () => {
      const key = `Authorization: Bearer ${daymark.key}`;
      const host = new URL(daymark.url).host;
      expect((await at(host, '/p/first/api/v1/pages', [key])).status).toBe(404);
      expect((await at('anything.example', '/api/v1/pages', [key])).status).toBe(200);
    });

    test('What a page says of its own address uses the domain', async () => {
      await until(
        async () => (await at(DOMAIN, '/')).text.includes(`<link rel="canonical" href="http://${DOMAIN}`),
        'the page names its domain',
      );
    });

    test('A domain that is taken is refused, and so is the host of the service', async () => {
      const taken = await daymark.api('PATCH', '/api/v1/pages/first', { domain: DOMAIN });
      expect([taken.status, taken.body]).toEqual([409, { detail: expect.stringContaining('taken') }]);
      const { code, stderr } = await cli('domains', 'allow', 'nobody.example');
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^daymark: .*nobody\.example.*\n$/)]);
    });

    test('A page that gives its domain up leaves it to the default page', async () => {
      const patched = await daymark.api('PATCH', '/api/v1/pages/other', { domain: null });
      expect(patched.body).toMatchObject({ domain: null, domain_record: null, domain_routed_at: null });
      await until(async () => (await titleAt(DOMAIN)) === 'First', 'the domain routes no more');
      expect((await at(DOMAIN, '/p/other/')).status).toBe(200);
    });
  });

  test('The operator can make another page the default one', async () => {
    const host = new URL(daymark.url).host;
    expect((await cli('pages', 'default', 'other')).code).toBe(0);
    await until(async () => (await titleAt(host)) === 'Other', 'the default page changed');
    expect((await at(host, '/api/v1/components?page=1')).status).toBe(200);
    const unknown = await cli('pages', 'default', 'nope');
    expect([unknown.code, unknown.stderr]).toEqual([1, 'daymark: Page "nope" not found.\n']);
  });
});

describe('Addresses that are not quite right', () => {
  test.each([
    ['/history', './history/'],
    ['/p/first', './first/'],
    ['/p/first/history', './history/'],
    ['/p/first/history?x=1', './history/?x=1'],
  ])('%s leads to %s', async (path, to) => {
    const answer = await at('h.example', path);
    expect([answer.status, answer.headers.location]).toEqual([308, to]);
    expect(answer.headers['cache-control']).toContain('max-age=10');
  });

  test.each([
    '/nothing',
    '/p/first/nothing',
    '/p/nobody/',
    '/history/1999-01/',
    '/incidents/x/',
    '/secret.key',
  ])('%s is a 404, in HTML for browsers and in JSON for programs', async (path) => {
    const html = await at('h.example', path, ['Accept: text/html,*/*;q=0.8']);
    expect([html.status, html.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect(html.text).toMatch(/^<!doctype html>/i);
    const json = await at('h.example', path, ['Accept: application/json']);
    expect([json.status, json.json()]).toEqual([404, { detail: expect.any(String) }]);
  });

  test.each([
    '/api/',
    '/api/v1/',
    '/api/v1/nothing',
    '/api/v9/x',
    '/p/first/api/v1/nothing',
    '/p/nobody/api/v1/status',
  ])('%s is a 404 in JSON for everyone', async (path) => {
    const answer = await at('h.example', path, ['Accept: text/html']);
    expect([answer.status, answer.headers['content-type']]).toEqual([404, 'application/json; charset=utf-8']);
    expect(answer.json()).toEqual({ detail: expect.any(String) });
  });

  test.each([
    '/index.html.br',
    '/index.html.gz',
    '/.hidden',
    '/p/first/.daymark',
    '/hosts/_default/',
    '/site/',
  ])('%s, which lies near the files, is not served', async (path) =>
    expect((await at('h.example', path)).status).toBe(404),
  );
});
