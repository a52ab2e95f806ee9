/**
 * A transaction on a libSQL server, where each question costs a round trip. What holds here:
 *
 * 1. What answers nothing is not sent by itself: it goes with the next question, or with the COMMIT.
 * 2. Everything is done in the order in which it was asked for, each step only after the one before went well.
 * 3. The COMMIT is the last step of its batch: it is done, and acknowledged, or nothing is. The end of the stream goes
 *    with it.
 * 4. While another process holds the lock BEGIN is tried again, with what was to go with it: whoever asks sees none of it.
 * 5. A server ends the stream of one that was silent for too long, and its transaction with it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { LibsqlBatchError, LibsqlError, type Transaction } from '@libsql/client';
import type { HttpTransaction } from '@libsql/client/http';
import type { Result, SqlTransaction } from './client.ts';
import { DatabaseBusyError, isBusy, OutcomeUnknownError, TransactionEndedError } from './failures.ts';
import { statement as asStatement, type Statement } from './statement.ts';

/** A server waits for the lock by itself before it says that it can't be had. */
const PAUSE_MS = 50;
/** Said of a step that was not done because its transaction is over, and of a stream that is gone. */
const NOT_DONE = new Set(['TRANSACTION_CLOSED', 'STREAM_EXPIRED']);

export class RemoteTransaction implements SqlTransaction {
  #transaction: Transaction;
  readonly #open: () => Promise<Transaction>;
  readonly #busyTimeout: number;
  /** False until a first batch has brought its BEGIN through. */
  #begun = false;
  readonly #unsent: Statement[] = [];

  /**
   * @param opened one that has asked nothing yet
   * @param open makes another one like it
   * @param busyTimeout how long to wait for a lock, in milliseconds
   */
  constructor(opened: Transaction, open: () => Promise<Transaction>, busyTimeout: number) {
    this.#transaction = opened;
    this.#open = open;
    this.#busyTimeout = busyTimeout;
  }

  async send(statements: Statement[]): Promise<void> {
    this.#unsent.push(...statements);
  }

  async execute(statement: Statement | string): Promise<Result> {
    const [result] = await this.batch([typeof statement === 'string' ? asStatement(statement) : statement]);
    return result!;
  }

  async batch(statements: Statement[]): Promise<Result[]> {
    const before = this.#unsent.splice(0);
    const all = [...before, ...statements];
    if (!this.#begun) return (await this.#first(() => this.#transaction.batch(all))).slice(before.length);
    try {
      return (await this.#transaction.batch(all)).slice(before.length);
    } catch (error) {
      // A statement that fails leaves its stream open.
      if (error instanceof LibsqlError && (this.#transaction.closed || NOT_DONE.has(error.code)))
        throw new TransactionEndedError({ cause: error });
      throw error;
    }
  }

  /** @param ask sends the first batch of a transaction */
  async #first(ask: () => Promise<Result[]>): Promise<Result[]> {
    const deadline = performance.now() + this.#busyTimeout;
    for (;;) {
      try {
        const results = await ask();
        this.#begun = true;
        return results;
      } catch (error) {
        // It was BEGIN that failed: nothing of what goes with it was done.
        if (!isBusy(error)) throw error;
        if (performance.now() > deadline) throw new DatabaseBusyError({ cause: error });
      }
      await pause(PAUSE_MS);
      this.#transaction = await this.#open();
    }
  }

  async commit(): Promise<void> {
    const statements = [...this.#unsent.splice(0), asStatement('COMMIT')];
    const ask = () => this.#last(statements);
    try {
      await (this.#begun ? ask() : this.#first(ask));
    } catch (error) {
      if (!(error instanceof LibsqlError) || error.code.startsWith('SQLITE_')) throw error;
      if (NOT_DONE.has(error.code)) throw new TransactionEndedError({ cause: error });
      throw error instanceof LibsqlBatchError ? error : new OutcomeUnknownError({ cause: error });
    }
  }

  async #last(statements: Statement[]): Promise<Result[]> {
    const done = this.#transaction.batch(statements);
    done.catch(() => undefined);
    // By the next microtask the batch waits in the stream's queue, and is not sent yet.
    await null;
    (this.#transaction as HttpTransaction)._getStream().closeGracefully();
    return done;
  }

  /** Of a stream that is gone nothing is left to take back. */
  async rollback(): Promise<void> {
    this.#unsent.length = 0;
    await this.#transaction.rollback().catch(() => undefined);
  }

  close(): void {
    this.#transaction.close();
  }
}
