/**
 * A stand-in for a libSQL server, for tests alone: none can be had from npm or Debian. It speaks Hrana 2 over HTTP, in
 * JSON, over the `libsql` package: streams with batons, one writer at a time, and transactions that end when nobody asks
 * for so long. Run as `node test/libsql/stand-in.ts FILE PORT [TOKEN]`; prints "ready". Whoever forked it may tell it how
 * impatient to be (`Impatience`), and is told of each BEGIN that is refused.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { failureOf, SqlConnection, type Step, type Stmt } from './connection.ts';

/** So long a stream may be silent, and a writer wait. */
const SILENT_MS = 5_000;

export interface Impatience {
  /** A stream is over as soon as it leaves a transaction open. */
  expires?: boolean;
  /** So long a writer waits for the lock. */
  lockMs?: number;
}

interface Request {
  type: 'execute' | 'batch' | 'sequence' | 'store_sql' | 'close_sql' | 'close' | 'get_autocommit';
  stmt?: Stmt;
  batch?: { steps: Step[] };
  sql?: string;
  sql_id?: number;
}

interface Stream {
  connection: SqlConnection;
  timer: NodeJS.Timeout | null;
}

const [, , path = '', port = '0', token] = process.argv;
const streams = new Map<string, Stream>();
const idle: SqlConnection[] = [];
let writer: SqlConnection | null = null;
const waiting: (() => void)[] = [];
let impatience: Required<Impatience> = { expires: false, lockMs: SILENT_MS };
let refused = 0;

process.on('message', (message: Impatience) => {
  impatience = { ...impatience, ...message };
  process.send!({ refused });
});

function closeStream({ connection, timer }: Stream): void {
  if (timer) clearTimeout(timer);
  connection.reset();
  letGo(connection);
  idle.push(connection);
}

function letGo(connection: SqlConnection): void {
  if (writer !== connection || connection.inTransaction) return;
  writer = null;
  waiting.shift()?.();
}

/** Waits until nobody else writes. */
async function becomeWriter(connection: SqlConnection): Promise<void> {
  const deadline = performance.now() + impatience.lockMs;
  while (writer !== null && writer !== connection) {
    const left = deadline - performance.now();
    if (left <= 0) {
      refused += 1;
      process.send?.({ refused });
      throw Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });
    }
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        // Whoever has given up must not be woken in the place of one who waits.
        const place = waiting.indexOf(wake);
        if (place >= 0) waiting.splice(place, 1);
        resolve();
      };
      const timer = setTimeout(wake, left);
      waiting.push(wake);
    });
  }
  writer = connection;
}

function writes({ connection }: Stream, { stmt, batch }: Request): boolean {
  const texts = [stmt, ...(batch?.steps.map((step) => step.stmt) ?? [])].map((one) =>
    one ? connection.textOf(one) : '',
  );
  return texts.some((text) => /^\s*BEGIN IMMEDIATE/i.test(text));
}

async function perform(stream: Stream, request: Request): Promise<object> {
  const { connection } = stream;
  if (writes(stream, request)) await becomeWriter(connection);
  try {
    switch (request.type) {
      case 'execute':
        return { type: 'execute', result: connection.execute(request.stmt!) };
      case 'batch':
        return { type: 'batch', result: connection.batch(request.batch!.steps) };
      case 'sequence':
        connection.sequence(request);
        return { type: 'sequence' };
      case 'store_sql':
        connection.texts.set(request.sql_id!, request.sql!);
        return { type: 'store_sql' };
      case 'close_sql':
        connection.texts.delete(request.sql_id!);
        return { type: 'close_sql' };
      case 'get_autocommit':
        return { type: 'get_autocommit', is_autocommit: !connection.inTransaction };
      case 'close':
        return { type: 'close' };
    }
  } finally {
    letGo(connection);
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const reply = (status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (token && request.headers.authorization !== `Bearer ${token}`) return void reply(401, { message: 'no' });
  if (request.url !== '/v2/pipeline') return void reply(404, { message: 'not here' });
  const { baton, requests } = JSON.parse(Buffer.concat(chunks).toString()) as {
    baton?: string;
    requests: Request[];
  };
  const stream = baton
    ? streams.get(baton)
    : { connection: idle.pop() ?? new SqlConnection(path), timer: null };
  if (!stream) return void reply(400, { message: 'The stream has expired.', code: 'STREAM_EXPIRED' });
  if (stream.timer) clearTimeout(stream.timer);
  if (baton) streams.delete(baton);
  const results: object[] = [];
  for (const one of requests) {
    try {
      results.push({ type: 'ok', response: await perform(stream, one) });
    } catch (error) {
      results.push({ type: 'error', error: failureOf(error) });
    }
  }
  if (requests.at(-1)?.type === 'close') {
    closeStream(stream);
    return void reply(200, { baton: null, base_url: null, results });
  }
  const next = randomUUID();
  if (impatience.expires && stream.connection.inTransaction) {
    closeStream(stream);
    return void reply(200, { baton: next, base_url: null, results });
  }
  stream.timer = setTimeout(() => {
    streams.delete(next);
    closeStream(stream);
  }, SILENT_MS);
  streams.set(next, stream);
  reply(200, { baton: next, base_url: null, results });
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.writeHead(500).end(JSON.stringify(failureOf(error)));
  });
});
server.keepAliveTimeout = 60_000;
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
