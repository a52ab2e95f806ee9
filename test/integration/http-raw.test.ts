import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answersIn, ask, exchange, open, parse, type RawAnswer } from '../fixtures/raw-http.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';

let daymark: Daymark;
beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'Acme' });
  await daymark.api('POST', '/api/v1/pages/acme/components', { name: 'API' }, { prefer: 'wait=30' });
});
afterAll(async () => {
  // Whatever came in, the process that began is the one that ends, in order.
  expect((await daymark.api('GET', '/healthz')).status).toBe(200);
  expect(daymark.output()).not.toMatch(/request failed|unhandled/i);
  expect(await daymark.stop()).toBe(0);
});

const detailOf = (answer: RawAnswer): unknown => (JSON.parse(answer.text) as { detail: unknown }).detail;

function expectRefused(answer: RawAnswer, status: number): void {
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(detailOf(answer)).toEqual(expect.any(String));
}

describe('A path that could mean another one is refused', () => {
  const paths = [
    '/api\\v1\\status',
    '/api/v1/..\\status',
    '/api/v1%2fstatus',
    '/api/v1%2Fstatus',
    '/api/v1/%5c..%5cstatus',
    '/api/v1/%5Cstatus',
    '/api/v1/./status',
    '/api/v1/../v1/status',
    '/api/v1/%2e/status',
    '/api/v1/%2e%2e/status',
    '/api/v1/.%2E/status',
    '/api/v1/status/..',
    '/api/v1/pages/..%5c..%5c..%5cx',
    '/api/v1/status%00',
    '//api/v1/status',
    '//evil.example/api/v1/status',
    '/api/v1/%',
    '/api/v1/%zz',
    '/api/v1/%e0%a4',
    '/api/v1/%ff',
    '/api/v1/%c0%ae%c0%ae/status',
    '/p/acme/../../daymark.db',
    '/p/%2e%2e/%2e%2e/secret.key',
    '/..',
    '/.',
  ];
  test.each(paths)('%s is a 400 with a reason in JSON', async (path) => {
    expectRefused(await ask(daymark.url, `GET ${path}`), 400);
  });
  test('A raw NUL byte in the path is a 400', async () => {
    expectRefused(await ask(daymark.url, 'GET /api/v1/st\0atus'), 400);
  });
  test('Needless encoding changes nothing, not even which filter is obeyed', async () => {
    const list = await ask(daymark.url, 'GET /p/acme/%61pi/v1/component%73?status_filter=major_outage');
    expect([list.status, list.text]).toEqual([200, '[]\n']);
    expect((await ask(daymark.url, 'GET /%61pi/v1/pages')).status).toBe(401);
    expect((await ask(daymark.url, 'GET /p/acme/api/v1/%70ages')).status).toBe(404);
    expectRefused(await ask(daymark.url, 'GET /%61pi/v1/nothing', ['Accept: text/html']), 404);
  });
  test('Dots that are part of a name are a name', async () => {
    expect((await ask(daymark.url, 'GET /status.txt')).status).toBe(200);
    expect((await ask(daymark.url, 'GET /api/v1/...')).status).toBe(404);
    expect((await ask(daymark.url, 'GET /api/v1/status%2ejson')).status).toBe(200);
  });
});

describe('The host of a request', () => {
  test('Two Host headers are refused, also when they agree', async () => {
    const host = `Host: ${new URL(daymark.url).host}`;
    expectRefused(await ask(daymark.url, 'GET /api/v1/status', [host, host]), 400);
    expectRefused(await ask(daymark.url, 'GET /', [host, 'hOsT: evil.example']), 400);
  });
  test('A request that was answered before is refused with two Host headers, too', async () => {
    expect((await ask(daymark.url, 'GET /api/v1/status')).status).toBe(200);
    const host = `Host: ${new URL(daymark.url).host}`;
    expectRefused(await ask(daymark.url, 'GET /api/v1/status', [host, 'Host: evil.example']), 400);
  });
  test('No Host header in HTTP/1.1 is a 400', async () => {
    expectRefused(
      await exchange(daymark.url, 'GET /api/v1/status HTTP/1.1\r\nConnection: close\r\n\r\n'),
      400,
    );
  });
  test('HTTP/1.0 without Host gets the default page', async () => {
    expect((await exchange(daymark.url, 'GET /api/v1/status HTTP/1.0\r\n\r\n')).status).toBe(200);
  });
  test('The absolute form of a target is understood, and its host is not echoed', async () => {
    const own = await ask(daymark.url, `GET ${daymark.url}/api/v1/status`);
    expect(own.status).toBe(200);
    const other = await ask(daymark.url, 'GET http://evil.example/');
    expect(other.status).toBe(200);
    expect(other.text).not.toContain('evil');
    expectRefused(await ask(daymark.url, 'GET http://evil.example/../x'), 400);
    expectRefused(await ask(daymark.url, 'GET ftp://evil.example/'), 400);
  });
  test.each(['evil.example', '"><script>', '..', '_default', '../p/acme', 'a b', '[::1]', 'acme:99999999'])(
    'The Host %s gets the default page or a refusal, never its own words',
    async (host) => {
      const answer = await ask(daymark.url, 'GET /', [`Host: ${host}`]);
      expect([200, 400]).toContain(answer.status);
      expect(JSON.stringify(answer.headers) + answer.text).not.toContain('evil');
      expect(answer.text).not.toContain('"><script>');
    },
  );
});

describe('Methods', () => {
  test('TRACE and CONNECT are refused', async () => {
    expectRefused(await ask(daymark.url, 'TRACE /api/v1/status'), 405);
    expectRefused(await ask(daymark.url, 'CONNECT evil.example:443'), 405);
  });
  test('A method that HTTP knows and we do not is a 405 that names those we take', async () => {
    const answer = await ask(daymark.url, 'PROPFIND /api/v1/status');
    expectRefused(answer, 405);
    expect(answer.headers.allow).toContain('GET');
  });
  test('A method that nobody knows is a 400', async () => {
    expectRefused(await ask(daymark.url, 'BREW /api/v1/status'), 400);
    expectRefused(await ask(daymark.url, 'get /api/v1/status'), 400);
  });
  test('An upgrade to another protocol is not followed', async () => {
    const connection = open(daymark.url);
    connection.write(
      'GET /api/v1/status HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    const answer = parse(await connection.until('\r\n\r\n'));
    connection.destroy();
    expect([200, 400]).toContain(answer.status);
  });
});

describe('What is not HTTP', () => {
  test.each([
    ['noise', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
    ['a line of words', 'hello there\r\n\r\n'],
    ['another version', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n'],
    ['a header without a colon', 'GET /api/v1/status HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n'],
    ['a header with a NUL', 'GET /api/v1/status HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n'],
    ['a blank before the colon', 'GET /api/v1/status HTTP/1.1\r\nHost : x\r\n\r\n'],
  ])('%s is a 400 in JSON, and the connection closes', async (_what, bytes) => {
    expectRefused(await exchange(daymark.url, bytes), 400);
  });
  test('Headers beyond 16 KiB are a 431', async () => {
    expectRefused(await ask(daymark.url, 'GET /api/v1/status', [`X-Long: ${'a'.repeat(20_000)}`]), 431);
    expectRefused(await ask(daymark.url, `GET /api/v1/status?${'a'.repeat(20_000)}`), 431);
  });
});

describe('Requests that two servers could cut in different places', () => {
  const post = (lines: string[], body: string) =>
    ['POST /api/v1/pages HTTP/1.1', 'Host: x', 'Content-Type: application/json', ...lines, '', body].join(
      '\r\n',
    );
  const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
  test.each([
    ['a length and chunks', ['Content-Length: 5', 'Transfer-Encoding: chunked'], `0\r\n\r\n${smuggled}`],
    ['two lengths', ['Content-Length: 0', 'Content-Length: 40'], smuggled],
    ['two lengths in one header', ['Content-Length: 0, 40'], smuggled],
    ['a length that is no number', ['Content-Length: +4'], `abcd${smuggled}`],
    ['a negative length', ['Content-Length: -1'], smuggled],
    ['chunks said twice', ['Transfer-Encoding: chunked, identity'], `0\r\n\r\n${smuggled}`],
    ['an unknown transfer coding', ['Transfer-Encoding: xchunked'], `0\r\n\r\n${smuggled}`],
    ['a folded header', ['Transfer-Encoding:', ' chunked'], `0\r\n\r\n${smuggled}`],
    ['a chunk size that is no number', ['Transfer-Encoding: chunked'], `zz\r\n\r\n${smuggled}`],
  ])('%s: one answer, a 400, and nothing behind it is obeyed', async (_what, lines, body) => {
    const connection = open(daymark.url);
    connection.write(post(lines, body));
    const text = await connection.closed();
    expect([parse(text).status, answersIn(text)]).toEqual([400, 1]);
  });
});

test('A body that breaks off leaves nothing behind', async () => {
  const connection = open(daymark.url);
  connection.write(
    `POST /api/v1/pages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${daymark.key}\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"name":"Half`,
  );
  connection.end();
  await connection.closed();
  const pages = await daymark.api('GET', '/api/v1/pages');
  expect(pages.headers['x-total-count']).toBe('1');
});
