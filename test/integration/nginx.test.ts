/** The nginx configuration of README.md, word for word, with the process dead: files need nothing to be read. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, HAS_BROTLI, NGINX } from '../nginx/nginx.ts';
import { CACHED, detail, MAIN, OWN, openScene, plain, type Scene } from '../nginx/scene.ts';

if (!NGINX) {
  test('nothing is said about nginx on a machine without it', () => {
    expect(NGINX).toBeNull();
  });
}

describe.runIf(NGINX)('nginx as the README configures it, with the process dead', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
    await scene.daymark.kill();
  });
  afterAll(() => scene?.stop());

  test('serves every kind of file of a page with its type, from the data folder', async () => {
    const types: Record<string, string> = {
      '': 'text/html',
      'history/': 'text/html',
      [`incidents/${scene.incident}/`]: 'text/html',
      'api/v1/status': 'application/json',
      'api/v1/components': 'application/json',
      [`api/v1/components/${scene.component}`]: 'application/json',
      [`api/v1/components/${scene.component}/rss`]: 'application/rss+xml',
      [`api/v1/incidents/${scene.incident}`]: 'application/json',
      'api/v1/maintenance': 'application/json',
      'api/v1/uptime': 'application/json',
      'api/v1/uptime.csv': 'text/csv',
      'api/v1/rss': 'application/rss+xml',
      'api/v1/atom': 'application/atom+xml',
      'api/v1/calendar.ics': 'text/calendar',
      'api/v2/summary.json': 'application/json',
      'api/v2/incidents.json': 'application/json',
      'api/v2/incidents/unresolved.json': 'application/json',
      'api/v2/scheduled-maintenances.json': 'application/json',
      'history.rss': 'application/rss+xml',
      'history.atom': 'application/atom+xml',
      'uptime/': 'text/html',
      'uptime/components.csv': 'text/csv',
      'badge.svg': 'image/svg+xml',
      'status.txt': 'text/plain',
      'revision.json': 'application/json',
    };
    for (const [path, type] of Object.entries(types)) {
      for (const [host, root] of [
        [MAIN, '/p/shop/'],
        [OWN, '/'],
      ] as const) {
        const answer = await scene.get(root + path, { host });
        const { headers } = answer;
        expect([path, answer.status, headers['content-type']]).toEqual([path, 200, `${type}; charset=utf-8`]);
        expect([path, headers['cache-control'], headers.vary]).toEqual([path, CACHED, 'Accept-Encoding']);
        expect(headers.etag, path).toMatch(/^"[^"]+"$/);
        const isPage = type === 'text/html';
        expect([path, headers['access-control-allow-origin']]).toEqual([path, isPage ? undefined : '*']);
        expect([path, headers['access-control-expose-headers']]).toEqual([
          path,
          isPage ? undefined : 'ETag, Link, X-Total-Count',
        ]);
      }
    }
  });

  test('serves the default page at the root, and to unknown names', async () => {
    const file = readFileSync(`${scene.site}/p/main/index.html`, 'utf8');
    expect(plain(await scene.get('/'))).toBe(file);
    expect(plain(await scene.get('/', { host: 'unknown.example' }))).toBe(file);
  });

  test('answers conditional and HEAD requests as a cache needs them', async () => {
    for (const path of ['/p/shop/', '/p/shop/api/v1/components']) {
      const first = await scene.get(path, { 'accept-encoding': 'gzip' });
      const again = await scene.get(path, {
        'accept-encoding': 'gzip',
        'if-none-match': first.headers.etag ?? '',
      });
      expect([again.status, again.body.length]).toEqual([304, 0]);
      expect([again.headers.etag, again.headers['cache-control']]).toEqual([first.headers.etag, CACHED]);
      expect(again.headers.vary).toBe('Accept-Encoding');
      expect(again.headers['access-control-allow-origin']).toBe(first.headers['access-control-allow-origin']);
      const head = await ask(scene.nginx.port, path, { host: MAIN }, 'HEAD');
      expect([head.status, head.body.length]).toEqual([200, 0]);
    }
  });

  test('sends files compressed as they lie there, each under an ETag of its own', async () => {
    const file = readFileSync(`${scene.site}/p/shop/index.html`, 'utf8');
    const identity = await scene.get('/p/shop/');
    const gzip = await scene.get('/p/shop/', { 'accept-encoding': 'gzip' });
    expect([identity.headers['content-encoding'], gzip.headers['content-encoding']]).toEqual([
      undefined,
      'gzip',
    ]);
    expect([plain(identity), plain(gzip)]).toEqual([file, file]);
    const etags = new Set([identity.headers.etag, gzip.headers.etag]);
    if (HAS_BROTLI) {
      const br = await scene.get('/p/shop/', { 'accept-encoding': 'gzip, br' });
      expect(br.headers['content-encoding']).toBe('br');
      expect(plain(br)).toBe(file);
      etags.add(br.headers.etag);
    }
    expect(etags.size).toBe(HAS_BROTLI ? 3 : 2);
    expect((await scene.get('/p/shop/index.html.gz')).status).toBe(404);
  });

  test('says in the words of the page what is not there: to browsers as a page, to programs as JSON', async () => {
    const browser = { accept: 'text/html,application/xhtml+xml' };
    const html = readFileSync(`${scene.site}/p/shop/404.html`, 'utf8');
    for (const [path, headers] of [
      ['/p/shop/nothing', browser],
      ['/nothing/at/all/', { ...browser, host: OWN }],
    ] as const) {
      const answer = await scene.get(path, headers);
      expect([answer.status, answer.headers['cache-control']]).toEqual([404, 'no-store']);
      expect(plain(answer)).toBe(html);
    }
    for (const path of [
      '/p/shop/nothing',
      '/p/shop/api/v1/components/nothing',
      '/p/nobody/',
      '/p/nobody/api/v1/status',
    ]) {
      const answer = await scene.get(path, path.includes('/api/') ? browser : {});
      expect([path, answer.status, typeof detail(answer)]).toEqual([path, 404, 'string']);
    }
  });

  test('keeps a page on a domain of its own alone', async () => {
    for (const path of ['/p/shop/', '/p/main/', '/p/main/api/v1/status', '/p/shop']) {
      expect([path, (await scene.get(path, { host: OWN })).status]).toEqual([path, 404]);
    }
    expect((await scene.get('/', { host: `${OWN.toUpperCase()}:8080` })).body.toString()).toContain('Shop');
  });

  test('leads on from the address of a folder without its slash', async () => {
    for (const [path, to, host] of [
      ['/p/shop', '/p/shop/', MAIN],
      ['/p/shop/history', '/p/shop/history/', MAIN],
      [`/incidents/${scene.incident}`, `/incidents/${scene.incident}/`, OWN],
    ] as const) {
      const answer = await scene.get(path, { host });
      expect([answer.status, answer.headers.location]).toEqual([308, to]);
    }
    expect((await scene.get('/history/x%0d%0aSet-Cookie:a=b')).headers['set-cookie']).toBeUndefined();
  });

  test('never answers a question with the unfiltered file: it says that the process is away', async () => {
    for (const query of [
      'status_filter=operational',
      'page=2',
      'per_page=1',
      'a=b&page=2',
      'page',
      'p%61ge=2',
    ]) {
      for (const list of ['components', 'incidents', 'maintenance']) {
        for (const [host, root] of [
          [MAIN, '/p/shop'],
          [OWN, ''],
        ] as const) {
          const answer = await scene.get(`${root}/api/v1/${list}?${query}`, { host });
          expect([query, answer.status, typeof detail(answer)]).toEqual([query, 503, 'string']);
          expect(answer.headers['cache-control']).toBe('no-store');
        }
      }
    }
    expect((await scene.get('/p/shop/api/v1/components?utm_source=mail')).status).toBe(200);
    expect((await scene.get('/p/shop/api/v1/status?page=2')).status).toBe(200);
  });

  test('says so of writes and of the management API too', async () => {
    for (const [method, path] of [
      ['POST', '/api/v1/pages'],
      ['GET', '/api/v1/pages'],
      ['PATCH', `/api/v1/pages/shop/components/${scene.component}`],
      ['DELETE', '/p/shop/'],
      ['POST', '/p/shop/api/v1/status'],
      ['GET', '/readyz'],
    ] as const) {
      const answer = await ask(scene.nginx.port, path, { host: MAIN, accept: 'text/html' }, method);
      expect([path, answer.status, typeof detail(answer)]).toEqual([path, 503, 'string']);
    }
  });

  test('refuses paths that hide what they lead to', async () => {
    for (const path of [
      '/../secret.key',
      '/a/%2e%2e/b',
      '/p%2fshop/',
      '/a%5cb',
      '/a\\b',
      '//p/shop/',
      '/p/./shop/',
    ]) {
      const answer = await scene.get(path);
      expect([path, answer.status, typeof detail(answer)]).toEqual([path, 400, 'string']);
    }
  });
});
