import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exchange, open, parse, type RawConnection } from '../fixtures/raw-http.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';

const SLOW = 300;

let daymark: Daymark;
const slow: RawConnection[] = [];
/** How many of those with half a body were let go, which happens after 30 seconds. */
let letGo = 0;
beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'Acme' });
});
afterAll(async () => {
  for (const connection of slow) connection.destroy();
  await daymark.stop();
});

describe('While 300 clients take their time', () => {
  beforeAll(async () => {
    for (let n = 0; n < SLOW; n++) {
      const connection = open(daymark.url);
      // Half of them never end their headers, the others never send their body.
      connection.write(
        n % 2 === 0
          ? `GET /api/v1/status HTTP/1.1\r\nHost: x\r\nX-Slow: ${n}`
          : `POST /api/v1/pages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${daymark.key}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"name":"`,
      );
      slow.push(connection);
      const gone = () => letGo++;
      if (n % 2 === 1) connection.closed().then(gone, gone);
    }
    // Connections are taken in order: once this one is answered, so are all before it.
    await exchange(daymark.url, 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  });

  test.each(['/', '/api/v1/status', '/api/v1/components?page=1', '/api/v1/pages'])(
    'a fresh GET of %s does not wait for any of them',
    async (path) => {
      const key = `Authorization: Bearer ${daymark.key}`;
      const request = `GET ${path} HTTP/1.1\r\nHost: x\r\n${key}\r\nConnection: close\r\n\r\n`;
      expect((await exchange(daymark.url, request)).status).toBe(200);
      expect(letGo).toBe(0);
    },
  );

  test('a write is answered, too, and one of the slow ones that hurries up', async () => {
    expect((await daymark.api('POST', '/api/v1/pages/acme/components', { name: 'API' })).status).toBe(201);
    const late = open(daymark.url);
    late.write('GET /api/v1/status HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    await exchange(daymark.url, 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    late.write('at last\r\nConnection: close\r\n\r\n');
    expect(parse(await late.closed()).status).toBe(200);
  });

  test('who never comes to the end of the headers is told so in JSON, and let go', async () => {
    const { hostname, port } = new URL(daymark.url);
    const socket = connect(Number(port), hostname);
    socket.write('GET /api/v1/status HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    const answer = parse(Buffer.concat(chunks).toString('latin1'));
    expect([answer.status, JSON.parse(answer.text)]).toEqual([408, { detail: expect.any(String) }]);
  });
});

describe('Requests that ask for something special', () => {
  test('An expectation that nobody understands is a 417 in JSON', async () => {
    const answer = await exchange(
      daymark.url,
      'GET /api/v1/status HTTP/1.1\r\nHost: x\r\nExpect: 200-maybe\r\nConnection: close\r\n\r\n',
    );
    expect([answer.status, answer.headers['content-type']]).toEqual([417, 'application/json; charset=utf-8']);
    expect(JSON.parse(answer.text)).toEqual({ detail: expect.any(String) });
  });
  test('Who offers HTTP/2 in passing, as some libraries do, gets an answer in HTTP/1.1', async () => {
    const answer = await exchange(
      daymark.url,
      'GET /api/v1/status HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n',
    );
    expect(answer.status).toBe(200);
  });
});
