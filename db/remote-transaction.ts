/**
 * A transaction on a libSQL server, where each question costs a round trip. What holds here:
 *
 * 1. What answers nothing is not sent by itself: it goes with the next question, or with the COMMIT.
 * 2. Everything is done in the order in which it was asked for, each step only after the one before went well.
 * 3. The COMMIT is the last step of its batch: it is done, and acknowledged, or nothing is. The end of the stream goes
 *    with it.
 */
import type { Transaction } from '@libsql/client';
import type { HttpTransaction } from '@libsql/client/http';
import type { Result, SqlTransaction } from './client.ts';
import { statement as asStatement, type Statement } from './statement.ts';

export class RemoteTransaction implements SqlTransaction {
  readonly #transaction: Transaction;
  readonly #unsent: Statement[] = [];

  constructor(transaction: Transaction) {
    this.#transaction = transaction;
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
    return (await this.#transaction.batch([...before, ...statements])).slice(before.length);
  }

  async commit(): Promise<void> {
    const committed = this.batch([asStatement('COMMIT')]);
    committed.catch(() => undefined);
    // By the next microtask the batch waits in the stream's queue, and is not sent yet.
    await null;
    (this.#transaction as HttpTransaction)._getStream().closeGracefully();
    await committed;
  }

  async rollback(): Promise<void> {
    this.#unsent.length = 0;
    await this.#transaction.rollback();
  }

  close(): void {
    this.#transaction.close();
  }
}
