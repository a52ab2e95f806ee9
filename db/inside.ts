/**
 * What a job asks inside of its transaction. What holds here:
 *
 * 1. What has to be so before a job goes on (`first`) is asked together with its own first question: on a server that
 *    saves a round trip. The job gets no answer before it was found to be so.
 * 2. A job that asked nothing is checked all the same, before its end.
 * 3. Something that writes never goes out together with a check that is still open.
 */
import type { Result, SqlRunner, SqlTransaction } from './client.ts';
import { statement as asStatement, type Statement } from './statement.ts';

interface Waiting {
  statement: Statement;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

const READS = /^\s*(select|with)\b/i;

export class Inside implements SqlRunner {
  /** Asks what goes with the first question; after that it asks at once. */
  readonly ahead: SqlRunner;
  readonly #current: () => SqlTransaction;
  #waiting: Waiting[] = [];
  #checks: Promise<void>[] = [];
  #begun = false;
  #refusal: { error: unknown } | null = null;

  constructor(current: () => SqlTransaction) {
    this.#current = current;
    this.ahead = {
      execute: (statement) =>
        this.#askAhead(typeof statement === 'string' ? asStatement(statement) : statement),
      batch: (statements) => Promise.all(statements.map((statement) => this.#askAhead(statement))),
    };
  }

  /** The next job begins. */
  begin(): void {
    this.#waiting = [];
    this.#checks = [];
    this.#begun = false;
    this.#refusal = null;
  }

  /** Why a job failed: a query builder wraps what a check has thrown. */
  causeOf(error: unknown): unknown {
    return this.#refusal ? this.#refusal.error : error;
  }

  /** `check` asks by `ahead`; when it throws, so does the job's first question. */
  first(check: () => Promise<void>): void {
    const done = check();
    done.catch(() => undefined);
    this.#checks.push(done);
  }

  /** @throws whatever a check throws that no question has met */
  async end(): Promise<void> {
    if (this.#checks.length > 0) await this.batch([]);
  }

  async execute(statement: Statement | string): Promise<Result> {
    if (this.#checks.length === 0) {
      this.#begun = true;
      return this.#current().execute(statement);
    }
    const [result] = await this.batch([typeof statement === 'string' ? asStatement(statement) : statement]);
    return result!;
  }

  async batch(statements: Statement[]): Promise<Result[]> {
    this.#begun = true;
    const checks = this.#checks.splice(0);
    if (checks.length === 0) return this.#current().batch(statements);
    const waiting = this.#waiting.splice(0);
    const together = statements.every(({ sql }) => READS.test(sql));
    const results = await this.#answer(waiting, together ? statements : []);
    try {
      await Promise.all(checks);
    } catch (error) {
      this.#refusal = { error };
      throw error;
    }
    return together ? results : this.#current().batch(statements);
  }

  async send(statements: Statement[]): Promise<void> {
    await this.end();
    return this.#current().send(statements);
  }

  async #answer(waiting: Waiting[], more: Statement[]): Promise<Result[]> {
    try {
      const results = await this.#current().batch([...waiting.map((one) => one.statement), ...more]);
      for (const [place, one] of waiting.entries()) one.resolve(results[place]!);
      return results.slice(waiting.length);
    } catch (error) {
      for (const one of waiting) one.reject(error);
      throw error;
    }
  }

  #askAhead(statement: Statement): Promise<Result> {
    if (this.#begun) return this.#current().execute(statement);
    return new Promise((resolve, reject) => this.#waiting.push({ statement, resolve, reject }));
  }
}
