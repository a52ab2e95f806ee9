import {
  Connection,
  type Database,
  type DatabaseOptions,
  insideOf,
  readerOf,
  type SqlTransaction,
} from './client.ts';
import { asTold, endsTransaction, isAway, isBusy } from './failures.ts';
import { Inside } from './inside.ts';
import { statement } from './statement.ts';

/** Reads on one connection, writes on another, in the order in which they were asked for. */
export interface Store {
  /** For reads alone. A `batch` sees one state of the database. */
  readonly read: Database;
  /**
   * Runs `work` in a write transaction and resolves after its COMMIT. Jobs that wait for the same lock share one
   * COMMIT, each behind a savepoint of its own: one that throws leaves no trace and fails alone.
   *
   * @throws DatabaseBusyError when another process holds the lock for too long, DatabaseUnwritableError when the disk does
   *   not take it, TransactionEndedError when a server gave it up; nothing was written then.
   */
  write<T>(work: (tx: Database) => Promise<T>, turn?: Turn): Promise<T>;
  /** Resolves when all that was asked for is done, then closes. */
  close(): Promise<void>;
}

/** `first`: before all that wait. For what runs out meanwhile. */
export type Turn = 'first';

interface Job {
  work(tx: Database): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Jobs that share one COMMIT at most, so that a crowd can't hold the lock for long. */
const LARGEST_GROUP = 50;

/** Whoever's request has arrived by now gets into the queue: else the first would take a COMMIT for itself. */
const gathering = () => new Promise((resume) => setImmediate(resume));

const SAVEPOINT = statement('SAVEPOINT job');

type Outcome = { ok: true; value: unknown } | { ok: false; error: unknown };

/** Opens a store on a file or a libSQL server. Nothing is connected before the first use. */
export function openStore(options: DatabaseOptions): Store {
  const reader = new Connection(options);
  const writer = new Connection(options);
  let current: SqlTransaction | null = null;
  const inside = new Inside(() => {
    if (!current) throw new Error('The transaction is over.');
    return current;
  });
  const tx = insideOf(inside);
  const queue: Job[] = [];
  let draining: Promise<void> | null = null;

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      await gathering();
      const begun = await begin(queue);
      if (begun) await runGroup(begun, queue.splice(0, LARGEST_GROUP));
    }
    draining = null;
  }

  /** Waits for the lock. When it can't be had, everybody who waits is told. */
  async function begin(waiting: Job[]): Promise<SqlTransaction | null> {
    try {
      return await writer.retrying((client) => client.transaction('write'));
    } catch (error) {
      for (const job of waiting.splice(0)) job.reject(asTold(error, false));
      return null;
    }
  }

  async function runGroup(transaction: SqlTransaction, jobs: Job[]): Promise<void> {
    current = transaction;
    const outcomes: Outcome[] = [];
    let isEnding = false;
    try {
      for (const job of jobs) outcomes.push(await runOne(transaction, job, jobs.length > 1));
      isEnding = outcomes.some((outcome) => outcome.ok);
      if (isEnding) await transaction.commit();
      else await transaction.rollback();
      if (outcomes.some((outcome) => !outcome.ok && isBusy(outcome.error))) writer.drop();
    } catch (error) {
      // The transaction as a whole failed (a full disk, a lost server): nobody in it is acknowledged.
      writer.drop();
      // Who waits would only find out the same, one after the other.
      if (isAway(error)) for (const job of queue.splice(0)) job.reject(error);
      for (const job of jobs) job.reject(asTold(error, isEnding));
      return;
    } finally {
      current = null;
      transaction.close();
    }
    jobs.forEach((job, place) => {
      const outcome = outcomes[place]!;
      if (outcome.ok) job.resolve(outcome.value);
      else job.reject(outcome.error);
    });
  }

  async function runOne(transaction: SqlTransaction, job: Job, shared: boolean): Promise<Outcome> {
    if (shared) await transaction.send([SAVEPOINT]);
    inside.begin();
    try {
      const value = await job.work(tx);
      await inside.end();
      if (shared) await transaction.execute('RELEASE job');
      return { ok: true, value };
    } catch (error) {
      if (endsTransaction(error)) throw error;
      // Throws if SQLite has already rolled back the whole transaction, and then the whole group fails.
      if (shared) await transaction.execute('ROLLBACK TO job');
      if (shared) await transaction.execute('RELEASE job');
      return { ok: false, error: inside.causeOf(error) };
    }
  }

  return {
    read: readerOf(reader),
    write: <T>(work: (tx: Database) => Promise<T>, turn?: Turn) =>
      new Promise<T>((resolve, reject) => {
        const job = { work, resolve: resolve as (value: unknown) => void, reject };
        if (turn === 'first') queue.unshift(job);
        else queue.push(job);
        draining ??= drain();
      }),
    async close() {
      await draining;
      reader.drop();
      writer.drop();
    },
  };
}
