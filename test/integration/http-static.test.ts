import { createHash, randomBytes } from 'node:crypto';
import { renameSync, utimesSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { comes, firstPage } from '../server/first-page.ts';

const FILES = [
  '/',
  '/history/',
  '/api/v1/status',
  '/api/v1/components',
  '/api/v1/incidents',
  '/api/v1/maintenance',
  '/api/v1/uptime',
  '/api/v1/uptime.csv',
  '/api/v1/rss',
  '/api/v1/atom',
  '/api/v1/calendar.ics',
  '/badge.svg',
  '/status.txt',
  '/revision.json',
];
const HTML = FILES.filter((path) => path.endsWith('/'));
const READ_ANYWHERE = FILES.filter((path) => path.startsWith('/api/') || path.endsWith('.json'));

interface Plain {
  status: number;
  headers: Record<string, string | undefined>;
  bytes: Buffer;
}

let daymark: Daymark;
/** As a plain client does: no key, and the bytes as they come. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Plain> {
  return new Promise((resolve, reject) => {
    const asked = request(daymark.url + path, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers as Record<string, string | undefined>,
          bytes: Buffer.concat(chunks),
        }),
      );
    });
    asked.on('error', reject).end();
  });
}

beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'Acme' });
  for (const name of ['Zürich', 'Geneva'])
    await daymark.api('POST', '/api/v1/pages/acme/components', { name }, { prefer: 'wait=30' });
});
afterAll(() => daymark.stop());

test.each([...FILES, '/history.rss', '/p/acme/', '/p/acme/badge.svg'])(
  '%s is only read: every other method is a 405 that says so',
  async (path) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const { status, headers } = await get(path, {}, method);
      expect([method, status, headers.allow]).toEqual([
        method,
        method === 'OPTIONS' ? 204 : 405,
        'GET, HEAD, OPTIONS',
      ]);
    }
  },
);

test('Where nothing is published no method is better than another', async () => {
  for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS'])
    expect((await get('/nothing', {}, method)).status).toBe(404);
});

describe.each(FILES)('%s', (path) => {
  test('can be kept by caches, and served stale when we are gone', async () => {
    for (const root of ['', '/p/acme']) {
      const { status, headers } = await get(root + path);
      expect(status).toBe(200);
      expect(headers['cache-control']).toBe(
        'public, max-age=10, stale-while-revalidate=60, stale-if-error=86400',
      );
      expect(headers.vary).toBe('Accept-Encoding');
      expect(headers.etag).toMatch(/^"[\w-]+"$/);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['set-cookie']).toBeUndefined();
    }
  });

  test('says that it is UTF-8', async () => {
    expect((await get(path)).headers['content-type']).toMatch(/; charset=utf-8$/);
  });

  test('is the same in each encoding, each under an ETag of its own', async () => {
    const plain = await get(path, { 'accept-encoding': 'identity' });
    const gzip = await get(path, { 'accept-encoding': 'gzip' });
    const brotli = await get(path, { 'accept-encoding': 'gzip, deflate, br' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    if (gzip.headers['content-encoding'] !== undefined) {
      expect(gzip.headers['content-encoding']).toBe('gzip');
      expect(gunzipSync(gzip.bytes)).toEqual(plain.bytes);
      expect(gzip.headers.etag).not.toBe(plain.headers.etag);
    }
    if (brotli.headers['content-encoding'] !== undefined) {
      expect(brotli.headers['content-encoding']).toBe('br');
      expect(brotliDecompressSync(brotli.bytes)).toEqual(plain.bytes);
      expect(brotli.headers.etag).not.toBe(plain.headers.etag);
      expect(brotli.headers.etag).not.toBe(gzip.headers.etag);
    }
    for (const one of [plain, gzip, brotli])
      expect(one.headers['content-length']).toBe(String(one.bytes.length));
  });

  test('is a 304 to who has it', async () => {
    for (const encoding of ['identity', 'gzip', 'br']) {
      const { headers } = await get(path, { 'accept-encoding': encoding });
      const etag = headers.etag!;
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await get(path, { 'accept-encoding': encoding, 'if-none-match': known });
        expect([known, again.status, again.bytes.length]).toEqual([known, 304, 0]);
        expect(again.headers.etag).toBe(etag);
        expect(again.headers.vary).toBe('Accept-Encoding');
        expect(again.headers['cache-control']).toBe(headers['cache-control']);
      }
      expect((await get(path, { 'accept-encoding': encoding, 'if-none-match': '"other"' })).status).toBe(200);
    }
  });

  test('answers HEAD with the headers of GET', async () => {
    const got = await get(path);
    const head = await get(path, {}, 'HEAD');
    expect([head.status, head.bytes.length]).toEqual([200, 0]);
    const { date, ...headers } = head.headers;
    expect({ ...headers, date: '' }).toEqual({ ...got.headers, date: '' });
  });

  test('changes nothing when it is written to', async () => {
    const before = await get(path);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await get(path, {}, method);
      expect([404, 405]).toContain(answer.status);
      if (path.startsWith('/api/'))
        expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
    }
    expect((await get(path)).bytes).toEqual(before.bytes);
  });
});

describe('Who may read', () => {
  test.each(READ_ANYWHERE)('%s can be read by scripts of other sites', async (path) => {
    const visitors: Record<string, string>[] = [{}, { origin: 'https://evil.example' }];
    for (const headers of visitors) {
      const answer = await get(path, headers);
      expect(answer.headers['access-control-allow-origin']).toBe('*');
      expect(answer.headers['access-control-expose-headers']).toBe('ETag, Link, X-Total-Count');
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
    }
  });

  test.each(['/api/v1/components?page=1', '/api/v1/components?page=0'])(
    '%s too, though no file answers it',
    async (path) => {
      for (const method of ['GET', 'HEAD'])
        expect((await get(path, {}, method)).headers['access-control-allow-origin']).toBe('*');
    },
  );

  test.each(['/api/v1/status', '/api/v1/components', '/api/v1/rss'])(
    '%s says so beforehand',
    async (path) => {
      const { status, headers } = await get(
        path,
        { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
        'OPTIONS',
      );
      expect([status, headers.allow, headers['access-control-allow-origin']]).toEqual([
        204,
        'GET, HEAD, OPTIONS',
        '*',
      ]);
    },
  );

  test.each(['/api/v1/pages', '/api/v1/pages/acme', '/api/v1/pages/acme/components'])(
    '%s can not, with or without a key',
    async (path) => {
      for (const method of ['GET', 'OPTIONS', 'POST', 'PATCH']) {
        const keys: Record<string, string>[] = [{}, { authorization: `Bearer ${daymark.key}` }];
        for (const key of keys) {
          const { headers } = await get(path, { origin: 'https://evil.example', ...key }, method);
          expect(headers['access-control-allow-origin']).toBeUndefined();
          expect(headers['cache-control']).toBe('no-store');
          expect(headers['referrer-policy']).toBe('same-origin');
        }
      }
    },
  );
});

describe('Pages for people', () => {
  test.each(HTML)('%s carries its policy in the head and in the header, and keeps to it', async (path) => {
    const { headers, bytes } = await get(path, { 'accept-encoding': 'identity' });
    const html = bytes.toString();
    const policy = headers['content-security-policy']!;
    expect(html).toContain(`<meta http-equiv="content-security-policy" content="${policy}">`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe-');
    for (const [, style] of html.matchAll(/<style>(.*?)<\/style>/gs))
      expect(policy).toContain(`'sha256-${createHash('sha256').update(style!).digest('base64')}'`);
    for (const [, script] of html.matchAll(/<script>(.*?)<\/script>/gs))
      expect(policy).toContain(`'sha256-${createHash('sha256').update(script!).digest('base64')}'`);
    expect(html).not.toMatch(/<[^>]+\sstyle=|<[^>]+\son\w+=/);
  });

  test('Links lead on from wherever the page is mounted', async () => {
    for (const root of ['/', '/p/acme/']) {
      for (const path of ['', 'history/']) {
        const base = `${daymark.url}${root}${path}`;
        const html = (await get(root + path, { 'accept-encoding': 'identity' })).bytes.toString();
        const links = [...html.matchAll(/<a [^>]*href="([^"]+)"/g)].map(([, href]) => href!);
        expect(links.length).toBeGreaterThan(3);
        for (const href of links) {
          if (/^(https?:|mailto:|#|webcal:)/.test(href)) continue;
          const to = new URL(href, base);
          expect(to.pathname.startsWith(root)).toBe(true);
          await comes(daymark, to.pathname);
        }
      }
    }
  });
});

test('A client that takes an encoding with weight nothing does not get it', async () => {
  const answer = await get('/', { 'accept-encoding': 'br;q=0, gzip;q=0.0, *' });
  expect(answer.headers['content-encoding']).toBeUndefined();
  const any = await get('/', { 'accept-encoding': 'br;q=0, *' });
  expect(any.headers['content-encoding']).toBe('gzip');
});

test('After a change every encoding is the new one', async () => {
  const before = await get('/', { 'accept-encoding': 'br' });
  await daymark.api('POST', '/api/v1/pages/acme/components', { name: 'Basel' }, { prefer: 'wait=30' });
  for (const encoding of ['identity', 'gzip', 'br']) {
    const after = await get('/', { 'accept-encoding': encoding, 'if-none-match': before.headers.etag! });
    expect(after.status).toBe(200);
    const text =
      encoding === 'br'
        ? brotliDecompressSync(after.bytes)
        : encoding === 'gzip'
          ? gunzipSync(after.bytes)
          : after.bytes;
    expect(text.toString()).toContain('Basel');
  }
});

test('A file of many megabytes comes whole, as often as it is asked for, and as the new one when it was replaced', async () => {
  const path = join(daymark.dataDir, 'site/p/acme/large.json');
  const put = (bytes: Buffer, second: number) => {
    writeFileSync(`${path}.daymark-new`, bytes);
    utimesSync(`${path}.daymark-new`, second, second);
    renameSync(`${path}.daymark-new`, path);
  };
  const first = randomBytes(3_000_000);
  put(first, 1_700_000_000);
  const answers = await Promise.all(Array.from({ length: 5 }, () => get('/large.json')));
  for (const answer of answers) expect(answer.bytes.equals(first)).toBe(true);
  const { etag } = answers[0]!.headers;
  expect((await get('/large.json', { 'if-none-match': etag! })).status).toBe(304);
  const head = await get('/large.json', {}, 'HEAD');
  expect([head.status, head.headers['content-length'], head.bytes.length]).toEqual([200, '3000000', 0]);
  const second = randomBytes(3_000_000);
  put(second, 1_700_000_001);
  const after = await get('/large.json', { 'if-none-match': etag! });
  expect([after.status, after.bytes.equals(second)]).toEqual([200, true]);
  expect(after.headers.etag).not.toBe(etag);
});
