import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type ParsedMail, simpleParser } from 'mailparser';
import { createTransport } from 'nodemailer';
import { openDesk } from '../mail/desk.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';
import { freePort } from '../server/free-port.ts';
import { factorRow, limitRow, ms, percentile, print, type Row } from './figures.ts';
import type { SinkAnswer } from './mail-sink-worker.ts';
import { memoryMb, peakMemoryMb } from './memory.ts';

const MAILS = 10_000;
const CONNECTIONS = 20;
const SUBSCRIBERS = 100_000;
const SINGLE = 20;
const MANY_MS = 600_000;
const rate = (value: number) => `${value.toFixed(0)} mails/s`;
const mb = (value: number) => `${value.toFixed(0)} MB`;
const INCIDENT = {
  title: 'Payments fail',
  body: 'Some payments fail. We are looking into it, and write again soon.',
};

/** A mail server in a thread of its own. */
class SinkThread {
  readonly port: number;
  readonly #worker: Worker;

  private constructor(worker: Worker, port: number) {
    this.#worker = worker;
    this.port = port;
  }

  static async start(): Promise<SinkThread> {
    const worker = new Worker(new URL('./mail-sink-worker.ts', import.meta.url));
    const [{ port }] = (await once(worker, 'message')) as [{ port: number }];
    return new SinkThread(worker, port);
  }

  /** Since the last time: how many, when (ms since the epoch), and the first of them. */
  async ask(): Promise<SinkAnswer> {
    const answer = once(this.#worker, 'message');
    this.#worker.postMessage('ask');
    return (await answer)[0] as SinkAnswer;
  }

  stop(): Promise<number> {
    return this.#worker.terminate();
  }
}

async function serverFor(port: number): Promise<{ server: Daymark; pageId: string }> {
  const SMTP_URL = `smtp://127.0.0.1:${port}?connections=${CONNECTIONS}`;
  const server = await startDaymark({ env: { SMTP_URL, MAIL_FROM: 'status@mail.example' } });
  const page = await firstPage(server, { name: 'Acme', slug: 'acme' });
  return { server, pageId: page.id };
}

async function open(server: Daymark): Promise<void> {
  const made = await server.api('POST', '/api/v1/pages/acme/incidents', INCIDENT);
  if (made.status !== 201) throw new Error(`no incident was made: ${made.status} ${made.text}`);
}

/** From the request that opens an incident to the last mail of it, against as many mails handed to nodemailer. */
export async function mails(): Promise<Row[]> {
  const sink = await SinkThread.start();
  const { server, pageId } = await serverFor(sink.port);
  try {
    const desk = await openDesk(server.dataDir);
    await desk.subscribeAll(
      pageId,
      Array.from({ length: MAILS }, (_, n) => `reader-${n}@example.com`),
    );
    await desk.close();
    const begun = performance.now();
    await open(server);
    const { first } = await taken(sink, MAILS);
    const ours = MAILS / ((performance.now() - begun) / 1_000);
    const reference = await bare(sink, await simpleParser(Buffer.from(first!)));
    print(`  ours ${rate(ours)}, nodemailer ${rate(reference)}, ${CONNECTIONS} connections each`);
    return [factorRow('10,000 mails', { ours, reference, unit: rate }, { sign: '>=', must: 0.6, aim: 0.9 })];
  } finally {
    await server.stop();
    await sink.stop();
  }
}

async function taken(sink: SinkThread, count: number): Promise<SinkAnswer> {
  let seen = 0;
  let kept: SinkAnswer | null = null;
  await until(
    async () => {
      const answer = await sink.ask();
      kept ??= answer.first ? answer : null;
      seen += answer.at.length;
      return seen >= count;
    },
    `${count} mails are taken`,
    MANY_MS,
  );
  return kept!;
}

/** The same mail, as often, through a pool of nodemailer's. */
async function bare(sink: SinkThread, { html, text, subject, headers }: ParsedMail): Promise<number> {
  const transport = createTransport({
    ...{ host: '127.0.0.1', port: sink.port, pool: true, ignoreTLS: true },
    ...{ maxConnections: CONNECTIONS, maxMessages: Number.POSITIVE_INFINITY },
  });
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: MAILS }, (_, n) =>
      transport.sendMail({
        from: { name: 'Acme', address: 'status@mail.example' },
        to: { name: '', address: `reader-${n}@example.com` },
        ...{ subject: subject ?? '', text: text ?? '', html: html || '', encoding: 'quoted-printable' },
        headers: {
          'Auto-Submitted': 'auto-generated',
          'List-Unsubscribe': String(headers.get('list-unsubscribe') ?? '<https://x.example>'),
        },
      }),
    ),
  );
  const seconds = (performance.now() - begun) / 1_000;
  transport.close();
  await sink.ask();
  return MAILS / seconds;
}

/** 100,000 deliveries made of one event, while nothing can be sent. */
export async function fanOut(): Promise<Row[]> {
  const { server, pageId } = await serverFor(await freePort());
  try {
    const desk = await openDesk(server.dataDir);
    await desk.subscribeAll(
      pageId,
      Array.from({ length: SUBSCRIBERS }, (_, n) => `reader-${n}@example.com`),
    );
    await desk.close();
    await longestPause(server);
    const before = memoryMb(server.pid);
    const begun = performance.now();
    await open(server);
    await until(
      async () => {
        const list = await server.api('GET', '/api/v1/pages/acme/notifications');
        return (list.body as { complete: boolean }[])[0]?.complete === true;
      },
      'all deliveries are made',
      MANY_MS,
    );
    const total = performance.now() - begun;
    const longest = await longestPause(server);
    print(
      `  ${SUBSCRIBERS} subscribers in ${ms(total)}, memory ${mb(before)} before, ${mb(peakMemoryMb(server.pid))} at most`,
    );
    return [
      limitRow('fan-out of 100,000: total', { ours: total, unit: ms }, { must: 10_000, aim: 3_000 }),
      limitRow('its longest pause of the event loop', { ours: longest, unit: ms }, { must: 100, aim: 30 }),
      limitRow(
        'memory meanwhile, at most',
        { ours: peakMemoryMb(server.pid), unit: mb },
        { must: 250, aim: 180 },
      ),
    ];
  } finally {
    await server.stop();
  }
}

/** Since the last time it was asked. */
async function longestPause(server: Daymark): Promise<number> {
  const { text } = await server.api('GET', '/metrics');
  return Number(/^daymark_nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(text)?.[1]) * 1_000;
}

/** From the answer to the request (it is on disk) to the moment at which the mail server has the mail. */
export async function firstMail(): Promise<Row[]> {
  const sink = await SinkThread.start();
  const { server, pageId } = await serverFor(sink.port);
  try {
    const desk = await openDesk(server.dataDir);
    await desk.subscribeAll(pageId, ['reader@example.com']);
    await desk.close();
    const times: number[] = [];
    for (let n = 0; n < SINGLE; n += 1) {
      await open(server);
      const answered = Date.now();
      let at: number | undefined;
      await until(async () => {
        at = (await sink.ask()).at[0];
        return at !== undefined;
      }, 'the mail is taken');
      times.push(at! - answered);
    }
    return [
      limitRow(
        'committed → first mail taken, p50',
        { ours: percentile(times, 0.5), unit: ms },
        { must: 1_000, aim: 200 },
      ),
      limitRow('the same, p95', { ours: percentile(times, 0.95), unit: ms }, { must: 2_000, aim: 400 }),
    ];
  } finally {
    await server.stop();
    await sink.stop();
  }
}
