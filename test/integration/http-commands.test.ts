import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { open, parse } from '../fixtures/raw-http.ts';
import { type Daymark, runCli, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';
import { freePort } from '../server/free-port.ts';

let daymark: Daymark;
const cli = (...args: string[]) => runCli(args, { DATA_DIR: daymark.dataDir });
const revision = async (server: Daymark, slug: string) =>
  ((await server.api('GET', `/p/${slug}/revision.json`)).body as { revision: number } | undefined)?.revision;

beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'Acme' });
  await daymark.api('POST', '/api/v1/pages', { name: 'Second' }, { prefer: 'wait=30' });
});
afterAll(() => daymark.stop());

describe('Beside a running server', () => {
  test('A second one says so and stops, and the first goes on', async () => {
    for (const command of ['serve', 'work']) {
      const second = await runCli([command], { DATA_DIR: daymark.dataDir, PORT: String(await freePort()) });
      expect(second.code).toBe(1);
      expect(second.stderr).toMatch(
        /^daymark: Another Daymark process is at work on [^\n]+ Stop it[^\n]+\n$/,
      );
    }
    expect((await daymark.api('PATCH', '/api/v1/pages/acme', { name: 'Acme AG' })).status).toBe(200);
  });

  test('keys create prints a key that works at once', async () => {
    const made = await cli('keys', 'create', '--scopes', 'pages:read, components:write', '--name', 'CI');
    expect([made.code, made.stderr]).toEqual([0, '']);
    const authorization = `Bearer ${made.stdout.trim()}`;
    expect((await daymark.api('GET', '/api/v1/pages', undefined, { authorization })).status).toBe(200);
    const wrote = await daymark.api(
      'POST',
      '/api/v1/pages/acme/components',
      { name: 'X' },
      { authorization },
    );
    expect(wrote.status).toBe(201);
    expect((await daymark.api('DELETE', '/api/v1/pages/acme', undefined, { authorization })).status).toBe(
      403,
    );
  });

  test.each([
    ['a scope that does not exist', ['--scopes', 'pages:*'], 'pages:*'],
    ['no scope at all', ['--scopes', ','], 'The scopes are'],
    ['a page that does not exist', ['--scopes', 'pages:read', '--page', 'nope'], 'not found'],
    ['an organization that is no slug', ['--scopes', 'pages:read', '--org', 'A B'], 'slug'],
  ])('keys create with %s is refused in one line', async (_what, args, words) => {
    const done = await cli('keys', 'create', ...args);
    expect([done.code, done.stdout]).toEqual([1, '']);
    expect(done.stderr).toMatch(/^daymark: [^\n]+\n$/);
    expect(done.stderr).toContain(words);
  });

  test('publish --all has the running server publish, and waits for it', async () => {
    const before = await daymark.api('GET', '/p/second/revision.json');
    const done = await cli('publish', '--all');
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toContain('2/2 pages');
    expect(await revision(daymark, 'second')).toBe((before.body as { revision: number }).revision);
  });

  test('publish --page wants a page that is there', async () => {
    expect((await cli('publish', '--page', 'second')).code).toBe(0);
    const done = await cli('publish', '--page', 'nope');
    expect([done.code, done.stderr]).toEqual([1, 'daymark: There is no page "nope".\n']);
  });

  test('A server without workers shows what the other publishes', async () => {
    const reader = await startDaymark({
      dataDir: daymark.dataDir,
      args: ['serve', '--no-workers'],
      key: daymark.key,
    });
    try {
      expect((await reader.api('GET', '/')).status).toBe(200);
      const wrote = await reader.api('PATCH', '/api/v1/pages/second', { name: 'Written elsewhere' });
      expect(wrote.status).toBe(200);
      await until(
        async () => (await reader.api('GET', '/p/second/')).text.includes('Written elsewhere'),
        'the write of one is shown by both',
      );
      expect((await daymark.api('GET', '/p/second/')).text).toContain('Written elsewhere');
      const there = await daymark.api(
        'PATCH',
        '/api/v1/pages/second',
        { name: 'And back' },
        { prefer: 'wait=30' },
      );
      expect(there.headers['preference-applied']).toBe('wait');
      await until(
        async () => (await reader.api('GET', '/p/second/')).text.includes('And back'),
        'a reader is told of it',
      );
      const waited = await reader.api(
        'PATCH',
        '/api/v1/pages/second',
        { name: 'Third' },
        { prefer: 'wait=30' },
      );
      expect(waited.headers['preference-applied']).toBe('wait');
    } finally {
      expect(await reader.stop()).toBe(0);
    }
  });
});

describe('Alone', () => {
  test('publish --all makes the files of a page that nobody has published', async () => {
    const first = await startDaymark({ args: ['serve', '--no-workers'] });
    const made = await first.api('POST', '/api/v1/pages', { name: 'Quiet' });
    expect(made.status).toBe(201);
    expect((await first.api('GET', '/p/quiet/')).status).toBe(404);
    const done = await runCli(['publish', '--all'], { DATA_DIR: first.dataDir });
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toContain('1/1 pages');
    await until(async () => (await first.api('GET', '/p/quiet/')).status === 200, 'the files are served');
    expect(await revision(first, 'quiet')).toBe(1);
    await until(async () => (await first.api('GET', '/')).status === 200, 'the default page is linked');
    expect(await first.stop()).toBe(0);
  });

  test('work publishes for a server that has no workers', async () => {
    const front = await startDaymark({ args: ['serve', '--no-workers'] });
    await front.api('POST', '/api/v1/pages', { name: 'Fed' });
    // `work` has no address: it is ready when its first page is.
    const stopped = startDaymark({
      dataDir: front.dataDir,
      args: ['work'],
      key: front.key,
      port: Number(new URL(front.url).port),
    });
    const worker = await stopped;
    await until(async () => (await front.api('GET', '/p/fed/')).status === 200, 'the page is published');
    expect(await worker.stop()).toBe(0);
    expect((await front.api('GET', '/p/fed/')).status).toBe(200);
    expect(await front.stop()).toBe(0);
  });
});

describe('SIGTERM', () => {
  test('What is in flight is answered, and the process ends with 0', async () => {
    const server = await startDaymark();
    await firstPage(server, { name: 'Acme' });
    const body = JSON.stringify({ name: 'In flight' });
    // One that was opened in advance, and one that was used, hold nothing up.
    const [unused, used] = [open(server.url), open(server.url)];
    used.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await used.until('"ok"');
    const half = open(server.url);
    half.write(
      `POST /api/v1/pages/acme/components HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nAuthorization: Bearer ${server.key}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    await half.until('100 Continue');
    const ended = server.stop();
    await until(() => refused(server.url), 'no new connection is taken');
    expect(await unused.closed()).toBe('');
    await used.closed();
    half.write(body);
    const text = (await half.closed()).replace('HTTP/1.1 100 Continue\r\n\r\n', '');
    expect(parse(text).status).toBe(201);
    expect(await ended).toBe(0);
    expect(server.output()).not.toContain('"level":50');
    const again = await startDaymark({ dataDir: server.dataDir, key: server.key });
    expect((await again.api('GET', '/api/v1/pages/acme/components')).body).toMatchObject([
      { name: 'In flight' },
    ]);
    await until(
      async () => (await again.api('GET', '/api/v1/components')).text.includes('In flight'),
      'the write is published after the restart',
    );
    expect(await again.stop()).toBe(0);
  });
});

/** True when nothing listens there any more. */
function refused(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(`${url}/healthz`, { agent: false }, (response) => {
      response.resume();
      resolve(false);
    });
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
    asked.end();
  });
}
