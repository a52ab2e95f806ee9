/**
 * What waits to be sent, handed out so that no two senders are at one thing at the same time:
 *
 * 1. Whoever claims writes their name and until when, in one statement, on rows that nobody holds. All times of a claim
 *    are the database's: no process's own clock decides.
 * 2. A result is only written by who holds the row.
 * 3. A claim that was not kept up runs out, and the row goes to the next who asks.
 */
import type { Database } from '../../db/client.ts';
import { statement } from '../../db/statement.ts';
import type { Store } from '../../db/transaction.ts';

/** How long a claim holds. */
export const CLAIM_MS = 90_000;
/** Nothing is begun that could outlast its claim. */
export const LEAST_LEFT_MS = 30_000;

export const DATABASE_NOW = `cast(unixepoch('subsec') * 1000 as integer)`;

/** What every claimed row has. */
export interface Claimed {
  id: string;
  attempts: number;
  createdAt: number;
}

export type Result =
  | { state: 'sent' }
  /** Will never be sent. */
  | { state: 'failed' | 'cancelled'; error: string }
  /** Tried in vain: again at `at`. */
  | { state: 'pending'; error: string; at: number }
  /** Not tried: again as soon as somebody asks. */
  | { state: 'released' };

export interface ClaimOptions<Row extends Claimed> {
  store: Store;
  table: 'deliveries' | 'letters';
  /** Which rows of the table are handed out here, as SQL. */
  scope: string;
  /** Which of them may be, as SQL over the alias `d`. */
  condition?: string;
  /** What a claimed row is read as: `'name', column` pairs. */
  columns: string;
  /** Further assignments for what is done for good, like `sealed = ''`. */
  whenDone?: string;
  /** In the transaction of the claim: what of it is not to be sent after all goes. @returns the rest */
  sift?(tx: Database, rows: Row[], now: number): Promise<Row[]>;
  now(): number;
}

/** @typeParam Row what a claimed row is read as */
export class Claims<Row extends Claimed> {
  readonly #holder: string;
  #toSettle: { id: string; result: Result; resolve(): void; reject(error: unknown): void }[] = [];
  #settling: Promise<void> | null = null;

  constructor(
    holder: string,
    private readonly options: ClaimOptions<Row>,
  ) {
    this.#holder = holder;
  }

  /** Up to `most` rows that are due, the longest due first; they are this process's for `CLAIM_MS`. */
  async claim(most: number): Promise<Row[]> {
    const { store, table, scope, condition = 'true', columns, sift, now } = this.options;
    const free = `d.state = 'pending' and (d.lease_until is null or d.lease_until < ${DATABASE_NOW})`;
    // Most of the time nothing is due, and then no write is made.
    const due = `from ${table} d where ${scope} and ${condition} and ${free} and d.next_attempt_at <= ?`;
    const { rows } = await store.read.$client.execute(statement(`select 1 ${due} limit 1`, now()));
    if (rows.length === 0) return [];
    return store.write(async (tx) => {
      const claimed = await tx.$client.execute(
        statement(
          `update ${table} set lease_holder = ?, lease_until = ${DATABASE_NOW} + ${CLAIM_MS} where id in
            (select d.id ${due} order by d.next_attempt_at, d.id limit ?)
            returning json_object('id', id, 'attempts', attempts, 'createdAt', created_at, ${columns}) as row`,
          this.#holder,
          now(),
          most,
        ),
      );
      const found = claimed.rows.map((one) => JSON.parse(one.row as string) as Row);
      found.sort((a, b) => (a.id < b.id ? -1 : 1));
      return sift ? sift(tx, found, now()) : found;
    });
  }

  /** Holds rows for another `CLAIM_MS`. @returns those that are still this process's */
  async renew(ids: readonly string[]): Promise<Set<string>> {
    const { store, table } = this.options;
    return store.write(async (tx) => {
      const { rows } = await tx.$client.execute(
        statement(
          `update ${table} set lease_until = ${DATABASE_NOW} + ${CLAIM_MS}
            where id in (select value from json_each(?)) and lease_holder = ? and state = 'pending' returning id`,
          JSON.stringify(ids),
          this.#holder,
        ),
      );
      return new Set(rows.map(({ id }) => id as string));
    });
  }

  /**
   * Notes what became of a row; resolves after the COMMIT. What comes at once is noted together: a statement for what was
   * sent, one for each of the rest. Nothing happens to a row that is no longer this process's.
   */
  settle(id: string, result: Result): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#toSettle.push({ id, result, resolve, reject });
      this.#settling ??= this.#settleAll();
    });
  }

  async #settleAll(): Promise<void> {
    while (this.#toSettle.length > 0) {
      const all = this.#toSettle.splice(0);
      try {
        await this.options.store.write(async (tx) => {
          const sent = all.filter(({ result }) => result.state === 'sent').map(({ id }) => id);
          if (sent.length > 0) await this.#note(tx, sent, { state: 'sent' });
          for (const { id, result } of all) if (result.state !== 'sent') await this.#note(tx, [id], result);
        });
        for (const one of all) one.resolve();
      } catch (error) {
        for (const one of all) one.reject(error);
      }
    }
    this.#settling = null;
  }

  async #note(tx: Database, ids: string[], result: Result): Promise<void> {
    const { table, whenDone, now } = this.options;
    const set = (text: string, ...args: (string | number | null)[]) =>
      tx.$client.execute(
        statement(
          `update ${table} set lease_holder = null, lease_until = null${text}
            where id in (select value from json_each(?)) and lease_holder = ? and state = 'pending'`,
          ...[...args, JSON.stringify(ids), this.#holder],
        ),
      );
    if (result.state === 'released') await set('');
    else if (result.state === 'pending')
      await set(', attempts = attempts + 1, error = ?, next_attempt_at = ?', result.error, result.at);
    else {
      const tried = result.state === 'cancelled' ? 0 : 1;
      const error = result.state === 'sent' ? null : result.error;
      const also = whenDone ? `, ${whenDone}` : '';
      await set(
        `, attempts = attempts + ${tried}, state = ?, error = ?, done_at = ?${also}`,
        result.state,
        error,
        now(),
      );
    }
  }

  /** Gives back what another process of this database can no longer hold: on a file this one alone is at work. */
  async freeAll(): Promise<void> {
    const { store, table, scope } = this.options;
    await store.write(async (tx) => {
      await tx.$client.execute(
        statement(
          `update ${table} set lease_holder = null, lease_until = null
            where ${scope} and state = 'pending' and lease_until is not null`,
        ),
      );
    });
  }
}

const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 2 * 3_600_000;
/** With the pauses below this is over sixteen hours. */
export const MOST_ATTEMPTS = 18;

/** When a thing that failed is tried again: twice as long each time, and never all at the same moment. */
export function nextAttempt(attempts: number, now: number, chance: number): number {
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** attempts, LONGEST_PAUSE_MS);
  return Math.round(now + pause * (0.75 + chance / 2));
}
