import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import cliProgress from 'cli-progress';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { type Answer, revisionOf } from '../server/http.ts';
import { Account } from './account.ts';
import { callWith } from './caller.ts';
import { type Change, readChanges, withWindowEnds } from './changes.ts';
import { differences } from './compare.ts';
import { Drive } from './drive.ts';
import { ms, percentiles, print } from './figures.ts';
import { peakMemoryMb } from './memory.ts';
import { Revisions } from './revisions.ts';

const COMPARE_EVERY = 250;
const SLUG = 'replay';

/**
 * Sends a real page's changes through the management API of a fresh server, one after the other (`concurrency` lets
 * status changes of different components go at once), and compares what is published with an account of it every 250
 * changes and at the end. Throws at the first difference. Prints speed, latencies and memory.
 */
export async function replay(
  file: string,
  options: { limit?: number; concurrency?: number } = {},
): Promise<void> {
  const source = readChanges(file, options.limit);
  const changes = withWindowEnds(source);
  const server = await startDaymark();
  const made = await server.api(
    'POST',
    '/api/v1/pages',
    { name: 'Replay', slug: SLUG },
    { prefer: 'wait=30' },
  );
  if (made.status !== 201) throw new Error(`POST /api/v1/pages answered ${made.status}: ${made.text}`);
  const revisions = await Revisions.of(server.dataDir, SLUG);
  const bar = new cliProgress.SingleBar(
    {
      format: '{bar} {value}/{total} changes, {eta_formatted} to go',
      noTTYOutput: true,
      notTTYSchedule: 5_000,
    },
    cliProgress.Presets.shades_classic,
  );
  const writes = new Writes(server, revisions);
  let waiting = false;
  const call = callWith(server, (answer) => writes.note(answer, waiting));
  const account = new Account();
  const drive = new Drive(
    (method, path, body) => call(method, path, body, waiting),
    `/api/v1/pages/${SLUG}`,
    account,
  );
  let compared = 0;
  let most = 0;
  let paused = 0;
  const begun = performance.now();
  bar.start(changes.length, 0);
  try {
    for (let index = 0; index < changes.length; bar.update(index)) {
      const stop = Math.min(changes.length, (Math.floor(index / COMPARE_EVERY) + 1) * COMPARE_EVERY);
      const batch = batchAt(changes, index, stop, options.concurrency ?? 1);
      waiting = index + batch.length >= stop;
      await Promise.all(batch.map((change) => drive.apply(change).catch(failedAt(change))));
      index += batch.length;
      most = Math.max(most, account.size);
      if (!waiting) continue;
      const before = performance.now();
      await revisions.reached(writes.revision);
      const found = await differences(`${server.url}/p/${SLUG}`, account);
      if (found.length > 0) throw new Error(`after change ${index} the page differs:\n${found.join('\n')}`);
      compared += 1;
      paused += performance.now() - before;
    }
  } catch (error) {
    throw new Error(`the replay failed; the server said last:\n${server.output().slice(-2_000)}`, {
      cause: error,
    });
  } finally {
    bar.stop();
  }
  const seconds = (performance.now() - begun - paused) / 1_000;
  await writes.settled();
  print(
    `${source.length} changes, ${writes.count} writes, up to ${most} components, ${compared} comparisons: all equal`,
  );
  for (const [reason, count] of drive.skipped) print(`left out ${count} ×: ${reason}`);
  print(
    `speed:                      ${rate(source.length, seconds)} changes/s, ${rate(writes.count, seconds)} writes/s in ${seconds.toFixed(1)} s`,
  );
  print(`request to answer:          ${percentiles(writes.answered)}`);
  print(`answer to files replaced:   ${percentiles(writes.replacedAfterAnswer)}`);
  print(`request to files replaced:  ${percentiles(writes.replacedAfterRequest)}`);
  print(
    `memory of the server, peak: ${peakMemoryMb(server.pid).toFixed(0)} MB; ready after ${ms(server.readyAfter)}`,
  );
  await revisions.close();
  const code = await server.stop();
  if (code !== 0) throw new Error(`the server ended with ${String(code)}:\n${server.output().slice(-2_000)}`);
}

/** Keeps what was measured of each write. */
class Writes {
  count = 0;
  /** The highest revision that was acknowledged. */
  revision = 0;
  /** Milliseconds. */
  readonly answered: number[] = [];
  readonly replacedAfterAnswer: number[] = [];
  readonly replacedAfterRequest: number[] = [];
  readonly #server: Daymark;
  readonly #revisions: Revisions;
  readonly #pending: Promise<void>[] = [];

  constructor(server: Daymark, revisions: Revisions) {
    this.#server = server;
    this.#revisions = revisions;
  }

  /** A write that waited for its revision is checked and not measured. */
  note(answer: Answer, waited: boolean): void {
    this.count += 1;
    const revision = revisionOf(answer);
    if (revision !== null) this.revision = Math.max(this.revision, revision);
    if (waited) {
      this.#check(answer, revision ?? 0);
      return;
    }
    this.answered.push(answer.took);
    if (revision === null) return;
    this.#pending.push(
      this.#revisions.reached(revision).then((at) => {
        this.replacedAfterAnswer.push(Math.max(0, at - answer.answeredAt));
        this.replacedAfterRequest.push(Math.max(0, at - answer.sentAt));
      }),
    );
  }

  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  #check(answer: Answer, promised: number): void {
    if (answer.headers['preference-applied'] === undefined)
      throw new Error('a write that waits 30 s timed out');
    const file = join(this.#server.dataDir, 'site/p', SLUG, 'revision.json');
    const { revision } = JSON.parse(readFileSync(file, 'utf8')) as { revision: number };
    if (revision < promised)
      throw new Error(`a write waited for revision ${promised}, but ${revision} is published`);
  }
}

/** The next changes that may go at once: status changes of different components, else one. */
function batchAt(changes: readonly Change[], from: number, stop: number, most: number): Change[] {
  const batch: Change[] = [];
  const ids = new Set<string>();
  for (const change of changes.slice(from, Math.min(stop, from + most))) {
    if (batch.length > 0 && (change.type !== 'component.status' || ids.has(change.id))) break;
    batch.push(change);
    ids.add(change.id);
    if (change.type !== 'component.status') break;
  }
  return batch;
}

function failedAt(change: Change): (error: unknown) => never {
  return (error) => {
    throw new Error(`at ${JSON.stringify(change).slice(0, 400)}`, { cause: error });
  };
}

function rate(count: number, seconds: number): string {
  return (count / seconds).toFixed(1);
}
