import http from 'node:http';
import { createClient } from '@libsql/client';

/**
 * A process of its own: `node insert-server.ts FILE` does one durable INSERT for each request, through the driver's
 * client, and nothing else. It prints its port.
 */
const client = createClient({ url: `file:${process.argv[2]}`, concurrency: 1 });
await client.execute('PRAGMA journal_mode=WAL');
await client.execute('PRAGMA synchronous=FULL');
await client.execute(
  'CREATE TABLE IF NOT EXISTS writes (id INTEGER PRIMARY KEY, status TEXT NOT NULL, at INTEGER NOT NULL)',
);

const server = http.createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => void insert(Buffer.concat(chunks), response));
});

async function insert(body: Buffer, response: http.ServerResponse): Promise<void> {
  const { status } = JSON.parse(body.toString('utf8')) as { status: string };
  await client.execute({ sql: 'INSERT INTO writes (status, at) VALUES (?, ?)', args: [status, 0] });
  const answer = Buffer.from(JSON.stringify({ status }));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(answer.length) });
  response.end(answer);
}

// The caller's connections stay while it measures others.
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`);
});
