import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Daymark, freshDataDir, startDaymark } from '../server/daymark.ts';
import { disagreements, foundState } from './found-state.ts';
import { Ledger } from './ledger.ts';
import type { Finding, ReaderMessage } from './reader.ts';
import { Writer } from './writer.ts';

export interface CrashReport {
  kills: number;
  acknowledged: number;
  unanswered: number;
  /** Status of a refusal → how often. */
  refused: Record<number, number>;
  /** Acknowledged writes that were not found after a restart. */
  losses: string[];
  /** Acknowledged revisions that were not published in time, and published files that disagree with the API. */
  unpublished: string[];
  torn: string[];
  backward: string[];
  vanished: string[];
  reads: number;
  /** How often another process held the database's write lock. */
  locks: number;
  /** Milliseconds from starting the process until it was ready, and until it had published all: the worst. */
  readyMax: number;
  caughtUpMax: number;
}

export interface CrashOptions {
  kills: number;
  writers?: number;
  /** Share of the rounds, 0 to 1, in which another process holds the lock; a third when absent. */
  lockShare?: number;
  /** Called after each restart. */
  progress?: (done: number) => void;
}

const SLUG = 'crash';
const PAGE = `/api/v1/pages/${SLUG}`;
const COMPONENTS_EACH = 3;
const PUBLISHED_WITHIN_MS = 15_000;
const POLL_MS = 5;

/**
 * Kills a real server with SIGKILL again and again while writers write, a reader reads its files and, now and then,
 * another process holds the database's write lock; after each restart compares what is there with what was
 * acknowledged. Answers what was seen; throws only when something can't be tried at all.
 */
export async function crashLoop(options: CrashOptions): Promise<CrashReport> {
  const ledger = new Ledger();
  const dataDir = freshDataDir();
  let server = await startDaymark({ dataDir });
  const report = emptyReport();
  const writers = await setUp(server, options.writers ?? 4, ledger);
  const reader = new Worker(new URL('./reader.ts', import.meta.url), {
    workerData: { folder: join(dataDir, 'site/p', SLUG) },
  });
  reader.on('message', (message: ReaderMessage) => {
    if ('finding' in message) report[message.finding.kind].push(message.finding.detail);
    else report.reads = message.reads;
  });
  const readerDied = new Promise<never>((_, reject) => {
    reader.once('error', reject);
  });
  readerDied.catch(() => undefined);
  try {
    while (report.kills < options.kills) {
      const lock = Math.random() < (options.lockShare ?? 1 / 3) ? holdLock(dataDir, report) : null;
      await Promise.race([writeAndKill(server, writers, ledger), readerDied]);
      report.kills += 1;
      server = await startDaymark({ dataDir, key: server.key });
      report.readyMax = Math.max(report.readyMax, server.readyAfter);
      await checkAfter(server, ledger, report);
      await lock?.gone;
      options.progress?.(report.kills);
    }
    const code = await server.stop();
    if (code !== 0) report.unpublished.push(`SIGTERM ended with ${String(code)}`);
  } finally {
    await reader.terminate();
    await server.kill();
  }
  return {
    ...report,
    acknowledged: ledger.acknowledged,
    unanswered: ledger.unanswered,
    refused: Object.fromEntries(ledger.refused),
  };
}

function emptyReport(): CrashReport & Record<Finding['kind'], string[]> {
  const counts = {
    kills: 0,
    acknowledged: 0,
    unanswered: 0,
    refused: {},
    reads: 0,
    locks: 0,
    readyMax: 0,
    caughtUpMax: 0,
  };
  return { ...counts, losses: [], unpublished: [], torn: [], backward: [], vanished: [] };
}

async function setUp(server: Daymark, count: number, ledger: Ledger): Promise<Writer[]> {
  const made = async (path: string, body: unknown) => {
    const answer = await server.api('POST', path, body, { prefer: 'wait=30' });
    if (answer.status !== 201) throw new Error(`POST ${path} answered ${answer.status}: ${answer.text}`);
    return (answer.body as { id: string }).id;
  };
  await made('/api/v1/pages', { name: 'Crash', slug: SLUG });
  const writers: Writer[] = [];
  for (let writer = 1; writer <= count; writer += 1) {
    const group_id = await made(`${PAGE}/groups`, { name: `Group ${writer}` });
    const ids: string[] = [];
    for (let n = 1; n <= COMPONENTS_EACH; n += 1) {
      ids.push(await made(`${PAGE}/components`, { name: `Component ${writer}.${n}`, group_id }));
    }
    for (const id of ids) ledger.sendStatus(id, 'operational');
    writers.push(new Writer(PAGE, ids, ledger));
  }
  return writers;
}

/** Lets the writers write for a while and kills the server at some moment, with requests under way. */
async function writeAndKill(server: Daymark, writers: readonly Writer[], ledger: Ledger): Promise<void> {
  const enough = ledger.acknowledged + randomInt(1, 120);
  let ended = false;
  const running = Promise.all(writers.map((writer) => writer.run(server, () => !ended)));
  const killed = (async () => {
    const patience = performance.now() + 5_000;
    while (ledger.acknowledged < enough && performance.now() < patience) await pause(1);
    await pause(randomInt(20));
    await server.kill();
    ended = true;
  })();
  await Promise.all([running, killed]);
}

/** Every acknowledged write is there, is published, and the published files say what the API says. */
async function checkAfter(server: Daymark, ledger: Ledger, report: CrashReport): Promise<void> {
  const found = await foundState(server, PAGE);
  report.losses.push(...ledger.losses(found));
  ledger.settle(found);
  const begun = performance.now();
  const file = join(server.dataDir, 'site/p', SLUG, 'revision.json');
  const published = () => (JSON.parse(readFileSync(file, 'utf8')) as { revision: number }).revision;
  let wrong = await disagreements(server, SLUG, found);
  while (published() < ledger.revision || wrong.length > 0) {
    if (performance.now() - begun > PUBLISHED_WITHIN_MS) {
      report.unpublished.push(
        `revision ${published()} of ${ledger.revision} after kill ${report.kills}`,
        ...wrong,
      );
      return;
    }
    await pause(POLL_MS);
    wrong = await disagreements(server, SLUG, found);
  }
  report.caughtUpMax = Math.max(report.caughtUpMax, server.readyAfter + performance.now() - begun);
}

/** Another process takes the database's write lock for a while, beginning now. */
function holdLock(dataDir: string, report: CrashReport): { gone: Promise<void> } {
  const program = new URL('./lock-holder.ts', import.meta.url).pathname;
  const child: ChildProcess = spawn(
    process.execPath,
    [program, join(dataDir, 'daymark.db'), String(randomInt(200, 1_500))],
    { stdio: 'ignore' },
  );
  const gone = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) report.locks += 1;
      resolve();
    });
  });
  return { gone };
}
