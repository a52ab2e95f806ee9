/** Clients that take their time by the hundred, and one that does not. */
import { connect, type Socket } from 'node:net';
import { exchange, open, type RawConnection } from '../fixtures/raw-http.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';
import { type Attack, Findings } from './attack.ts';
import { memoryOf } from './long-fuzz.ts';

const READ = ['/', '/api/v1/status', '/api/v1/components?page=1', '/history/', '/subscribe/'];

export const slowAttack: Attack = {
  name: 'slow',
  title: 'slow clients by the hundred',
  async run({ short }) {
    const daymark = await startDaymark({ env: { DNS_SERVERS: '127.0.0.1:9' } });
    const slow: { destroy(): void }[] = [];
    const found = new Findings();
    const each = short ? 60 : 250;
    try {
      await firstPage(daymark, { name: 'Acme', slug: 'acme' });
      await bigPage(daymark, short ? 100 : 400);
      const before = await memoryOf(daymark);
      for (let n = 0; n < each; n++) {
        slow.push(begun(daymark.url, `GET /api/v1/status HTTP/1.1\r\nHost: x\r\nX-Slow: ${n}`));
        slow.push(
          begun(daymark.url, `${post(daymark, '/api/v1/pages')}Content-Length: 1000\r\n\r\n{"name":"`),
        );
        slow.push(
          begun(
            daymark.url,
            `${post(daymark, '/api/v1/subscribers')}Transfer-Encoding: chunked\r\n\r\n1\r\n`,
          ),
        );
        slow.push(reader(daymark));
      }
      found.tries += slow.length;
      // Connections are taken in order: once this one is answered, so are all before it.
      await exchange(daymark.url, 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      let served = 0;
      for (let n = 0; n < (short ? 40 : 200); n++) {
        const path = READ[n % READ.length]!;
        const answer = await exchange(
          daymark.url,
          `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
        );
        found.expect(answer.status === 200, () => `GET ${path} meanwhile → ${answer.status}`);
        served++;
      }
      for (let n = 0; n < 10; n++) {
        const made = await daymark.api(
          'POST',
          '/api/v1/pages/acme/components',
          { name: `Meanwhile ${n}` },
          { prefer: 'wait=10' },
        );
        found.expect(
          made.status === 201 && made.headers['preference-applied'] === 'wait',
          () => `a write meanwhile → ${made.status}, ${made.text}`,
        );
      }
      const during = await memoryOf(daymark);
      for (const one of slow) one.destroy();
      await until(async () => (await openSockets(daymark)) < 50, 'the slow ones are let go', 60_000);
      found.note = `${slow.length} at once (headers, bodies, chunks, readers), ${served} reads and 10 writes served; resident ${before.resident} → ${during.resident} MiB`;
      return found;
    } finally {
      for (const one of slow) one.destroy();
      await daymark.stop();
    }
  },
};

const post = ({ key }: Daymark, path: string) =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n`;

function begun(url: string, bytes: string): RawConnection {
  const connection = open(url);
  connection.write(bytes);
  return connection;
}

/** Asks for much, again and again, and reads nothing of it. */
function reader({ url, key }: Daymark): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.pause();
  socket.on('error', () => undefined);
  const paths = [
    '/',
    '/api/openapi.json',
    '/api/v1/components',
    '/api/v1/pages/acme/components?per_page=500',
  ];
  for (const path of [...paths, ...paths])
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\n\r\n`);
  return socket;
}

async function bigPage(daymark: Daymark, components: number): Promise<void> {
  for (let n = 0; n < components; n++)
    await daymark.api('POST', '/api/v1/pages/acme/components', {
      name: `Component ${n}`,
      description: 'x'.repeat(500),
    });
}

/** Connections that the server holds, as it tells itself. */
async function openSockets(daymark: Daymark): Promise<number> {
  const { text } = await daymark.api('GET', '/metrics');
  return Number(/^daymark_nodejs_active_resources\{type="TCPSocketWrap"\} (\d+)/m.exec(text)?.[1] ?? 0);
}
