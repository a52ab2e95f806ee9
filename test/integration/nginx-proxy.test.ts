/** The nginx configuration of README.md, word for word, before a process that runs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, type Got, NGINX } from '../nginx/nginx.ts';
import { json, MAIN, OWN, openScene, plain, type Scene } from '../nginx/scene.ts';

if (!NGINX) {
  test('nothing is said about nginx on a machine without it', () => {
    expect(NGINX).toBeNull();
  });
}

describe.runIf(NGINX)('nginx as the README configures it, before a process that runs', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene?.stop());

  test('hands writes to the process, with their key', async () => {
    const body = JSON.stringify({ name: 'Behind nginx', slug: 'behind' });
    const headers = {
      host: MAIN,
      authorization: `Bearer ${scene.daymark.key}`,
      'content-type': 'application/json',
      'content-length': String(body.length),
    };
    const answer = await ask(scene.nginx.port, '/api/v1/pages', headers, 'POST', body);
    expect(answer.status).toBe(201);
    expect(
      (await ask(scene.nginx.port, '/api/v1/pages', { ...headers, authorization: '' }, 'POST', body)).status,
    ).toBe(401);
  });

  test('asks the process when a list is to be filtered or turned over', async () => {
    const filtered = await scene.get('/p/shop/api/v1/components?status_filter=degraded_performance');
    expect(json(filtered)).toHaveLength(1);
    expect(filtered.headers['x-total-count']).toBe('1');
    expect(json(await scene.get('/p/shop/api/v1/components?per_page=2&page=2'))).toHaveLength(1);
    expect(json(await scene.get('/api/v1/components?x=1&pag%65=1', { host: OWN }))).toHaveLength(3);
    expect((await scene.get('/p/shop/api/v1/incidents?status_filter=nonsense')).status).toBe(400);
  });

  test('hands the console to the process, and no console to a page’s own domain', async () => {
    const asked = await scene.get('/console/');
    expect([asked.status, asked.headers.location]).toEqual([303, '/console/sign-in/?to=%2Fconsole%2F']);
    const page = await scene.get('/console/sign-in/?to=%2Fconsole%2F');
    expect([page.status, page.headers['cache-control']]).toEqual([200, 'no-store']);
    expect(plain(page)).toContain('action="/console/sign-in/"');
    expect((await scene.get('/console')).status).toBe(308);
    expect((await scene.get('/console/', { host: OWN })).status).toBe(404);
  });

  test('hands sign-ups and the pages of tokens to the process, and serves the form itself', async () => {
    const form = 'email=proxied%40example.com';
    const headers = {
      ...{ host: MAIN, 'content-type': 'application/x-www-form-urlencoded' },
      'content-length': String(form.length),
    };
    const sent = await ask(scene.nginx.port, '/p/shop/api/v1/subscribers', headers, 'POST', form);
    expect([sent.status, sent.headers.location]).toEqual([303, '/p/shop/subscribe/sent/']);
    expect((await scene.get('/p/shop/subscribe/sent/')).status).toBe(200);
    for (const page of ['subscribe/verify/', 'subscribe/manage/', 'unsubscribe/', 'unsubscribe'])
      for (const [root, host] of [
        ['/p/shop/', MAIN],
        ['/', OWN],
      ] as const) {
        const answer = await scene.get(`${root}${page}?token=x`, { host, accept: 'text/html' });
        expect([page, host, answer.status]).toEqual([page, host, page.endsWith('/') ? 400 : 308]);
      }
    const one = await scene.get('/p/shop/api/v1/subscribers/unsubscribe?token=x');
    expect([one.status, one.headers.location]).toEqual([303, '../../../unsubscribe/?token=x']);
  });

  test('does not let outsiders look inside', async () => {
    expect(json(await scene.get('/readyz'))).toEqual({ ready: true });
    expect((await scene.get('/metrics')).status).toBe(401);
  });

  test('answers the state of now to whoever holds that of a second ago, however soon it changed again', async () => {
    for (const path of ['/', '/api/v1/status', '/api/v1/components']) {
      for (const encoding of ['identity', 'gzip', 'br']) {
        const headers = { host: OWN, 'accept-encoding': encoding };
        await scene.setStatus('operational');
        const before = await scene.get(path, headers);
        await scene.setStatus('major_outage');
        const etag = before.headers.etag ?? '';
        const after = await scene.get(path, { ...headers, 'if-none-match': etag });
        expect([path, encoding, after.status]).toEqual([path, encoding, 200]);
        expect(after.headers.etag).not.toBe(etag);
        expect(plain(after)).toContain(path === '/' ? 'Checkout' : 'major_outage');
        await scene.setStatus('operational');
        const again = await scene.get(path, { ...headers, 'if-none-match': after.headers.etag ?? '' });
        expect([path, encoding, again.status]).toEqual([path, encoding, 200]);
      }
    }
  });

  test('does what the process does with every kind of path', async () => {
    const direct = Number(new URL(scene.daymark.url).port);
    const paths = [
      ...[
        '/',
        '/p/shop/',
        '/p/shop',
        '/history',
        '/history/',
        '/p/shop/history',
        `/p/shop/incidents/${scene.incident}`,
      ],
      ...['/api/v1/status', '/api/v1/status.json', '/p/shop/api/v1/rss', '/p/shop/api/v1/atom.xml'],
      ...['/nothing', '/nothing/', '/api/v1/nothing', '/api/v1/components/nothing', '/p/nobody/', '/p/'],
      ...[
        '/p/nobody/api/v1/status',
        '/index.html.br',
        '/a/../b',
        '/a/%2e%2E/b',
        '/a%2fb',
        '/a%5Cb',
        '/./',
        '//p/shop/',
      ],
      ...[`/p/shop/api/v1/components/${scene.component}/rss`, '/api/v1/pages', '/healthz'],
    ];
    for (const host of [MAIN, OWN, 'unknown.example']) {
      for (const path of paths) {
        const [there, here] = await Promise.all([
          ask(scene.nginx.port, path, { host }),
          ask(direct, path, { host }),
        ]);
        const facts = ({ status, headers }: Got) => [host, path, status, headers['content-type'] ?? null];
        if (here.status === 308) {
          expect([path, there.status]).toEqual([path, 308]);
          const base = `http://${host}${path}`;
          const leads = (answer: Got) => new URL(answer.headers.location ?? '', base).href;
          expect(leads(there)).toBe(leads(here));
        } else expect(facts(there)).toEqual(facts(here));
      }
    }
  });
});
