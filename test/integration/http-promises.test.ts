/** What clients may rely on that belongs to no resource. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OWNER_ENV, signedIn } from '../server/console.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';

let daymark: Daymark;
beforeAll(async () => {
  daymark = await startDaymark({ env: OWNER_ENV });
  await firstPage(daymark, { name: 'Acme' });
  await daymark.api('POST', '/api/v1/pages/acme/components', { name: 'API' }, { prefer: 'wait=10' });
});
afterAll(() => daymark.stop());

test('A key takes away itself and what it could have made, never what is stronger', async () => {
  const make = async (scopes: string[], page_ids?: string[]) =>
    (await daymark.api('POST', '/api/v1/api-keys', { name: 'x', scopes, ...(page_ids ? { page_ids } : {}) }))
      .body as {
      id: string;
      key: string;
    };
  const weak = await make(['keys:read', 'keys:write', 'pages:read']);
  const strong = await make(['keys:write', 'pages:read', 'pages:write']);
  const child = await make(['pages:read']);
  const revoke = (id: string) =>
    daymark.api('DELETE', `/api/v1/api-keys/${id}`, undefined, { authorization: `Bearer ${weak.key}` });
  const refused = await revoke(strong.id);
  expect([refused.status, refused.body]).toEqual([403, { detail: expect.stringContaining('pages:write') }]);
  expect(
    (await daymark.api('GET', '/api/v1/pages', undefined, { authorization: `Bearer ${strong.key}` })).status,
  ).toBe(200);
  expect((await revoke(child.id)).status).toBe(204);
  expect((await revoke(weak.id)).status).toBe(204);
  expect((await revoke(weak.id)).status).toBe(401);
});

test('Who was signed in is told that the session is over, who never was that a key is needed', async () => {
  const visitor = await signedIn(daymark);
  const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ');
  await visitor.post('/console/sign-out/');
  const ask = (headers: Record<string, string>) =>
    daymark.api('GET', '/api/v1/pages', undefined, { authorization: '', ...headers });
  const ended = await ask({ cookie });
  expect([ended.status, ended.body]).toEqual([401, { detail: expect.stringContaining('session is over') }]);
  for (const headers of [{}, { cookie: 'theme=dark' }]) {
    const nobody = await ask(headers as Record<string, string>);
    expect([nobody.status, nobody.body]).toEqual([
      401,
      { detail: expect.stringContaining('API key is needed') },
    ]);
  }
});

test('Lines that end in CR LF are read as lines, in every text of several', async () => {
  const made = await daymark.api('POST', '/api/v1/pages/acme/incidents', {
    title: 'Down',
    body: 'One\r\nTwo\n\r\nThree',
  });
  expect(made.body).toMatchObject({ updates: [{ body: 'One\nTwo\n\nThree' }] });
  const page = await daymark.api('PATCH', '/api/v1/pages/acme', { description: 'A\r\nB' });
  expect(page.body).toMatchObject({ description: 'A\nB' });
  const bare = await daymark.api('PATCH', '/api/v1/pages/acme', { description: 'A\rB' });
  expect(bare.status).toBe(422);
});

test('A public list that is asked for with parameters has an ETag, and is not sent twice', async () => {
  const ask = (query: string, headers: Record<string, string> = {}) =>
    daymark.api('GET', `/api/v1/components?${query}`, undefined, { authorization: '', ...headers });
  const first = await ask('page=1&per_page=1');
  const etag = first.headers.etag!;
  expect([first.status, etag, first.headers.vary]).toEqual([
    200,
    expect.stringMatching(/^"[\w-]{22}"$/),
    'Accept-Encoding',
  ]);
  const again = await ask('page=1&per_page=1', { 'if-none-match': `"x", W/${etag}` });
  expect([again.status, again.text, again.headers.etag, again.headers['cache-control']]).toEqual([
    304,
    '',
    etag,
    'public, max-age=10',
  ]);
  expect(again.headers['access-control-allow-origin']).toBe('*');
  expect((await ask('page=2&per_page=1', { 'if-none-match': etag })).status).toBe(200);
});
