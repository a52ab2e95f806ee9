/**
 * libSQL on a file, one connection, below `@libsql/client`: that one prepares each statement anew and learns from a
 * thrown error whether it answers rows, which took most of the time of a write. What holds here:
 *
 * 1. A statement is prepared once and used again, and always run to its end: none holds on to an old state.
 * 2. After SQLite has rolled a transaction back by itself, nothing more runs in it: it would commit by itself.
 * 3. A connection is never let go with a transaction open: its statements keep it, and with it the lock, until they are
 *    collected.
 */
import { LibsqlError } from '@libsql/client';
import Driver from 'libsql';
import { messageOf } from '../src/domain/errors.ts';
import type { Result, SqlClient, SqlTransaction } from './client.ts';
import { TransactionEndedError } from './failures.ts';
import { statement as asStatement, type Statement } from './statement.ts';

/** What is built at run time, like an INSERT of many rows, must not pile up. */
const MOST_PREPARED = 200;
const REPEATED = /^\s*(select|insert|update|delete|with|begin|commit|rollback|savepoint|release)\b/i;

interface Prepared {
  run: Driver.Statement<[unknown[]]>;
  /** Null of a statement that answers no rows. */
  rows: ((values: unknown[][]) => Result['rows']) | null;
}

export class FileClient implements SqlClient {
  closed = false;
  readonly #connection: Driver.Database;
  readonly #prepared = new Map<string, Prepared>();

  /** @param url `file:/path`, percent-encoded @throws LibsqlError when it can't be opened */
  constructor(url: string) {
    const path = decodeURIComponent(/^file:(?:\/\/(?=\/))?([^?#]*)/.exec(url)?.[1] ?? '');
    this.#connection = translated(() => opened(path));
  }

  async execute(statement: Statement | string): Promise<Result> {
    return this.#run(statement);
  }

  /** All of them on one state of the database. */
  async batch(statements: Statement[]): Promise<Result[]> {
    this.#run('BEGIN');
    try {
      const results = statements.map((statement) => this.#run(statement));
      this.#run('COMMIT');
      return results;
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  async transaction(): Promise<SqlTransaction> {
    this.#run('BEGIN IMMEDIATE');
    const inside = (statement: Statement | string) => {
      if (this.closed || !this.#connection.inTransaction) throw new TransactionEndedError();
      return this.#run(statement);
    };
    return {
      execute: async (statement) => inside(statement),
      batch: async (statements) => statements.map(inside),
      send: async (statements) => {
        for (const statement of statements) inside(statement);
      },
      commit: async () => {
        inside('COMMIT');
      },
      rollback: async () => this.#rollback(),
      close: () => this.#rollback(),
    };
  }

  close(): void {
    if (this.closed) return;
    try {
      this.#rollback();
    } catch {
      // On a disk that fails; nothing of it was committed.
    }
    this.closed = true;
    this.#prepared.clear();
    this.#connection.close();
  }

  #rollback(): void {
    // Asking a closed connection aborts the process.
    if (!this.closed && this.#connection.inTransaction) this.#run('ROLLBACK');
  }

  #run(statement: Statement | string): Result {
    const { sql, args } = typeof statement === 'string' ? asStatement(statement) : statement;
    if (this.closed) throw new LibsqlError('The client is closed', 'CLIENT_CLOSED');
    return translated(() => {
      const { run, rows } = this.#prepare(sql);
      const values = args.map(toDriver);
      if (rows) return { rows: rows(run.all(values) as unknown[][]), rowsAffected: 0 };
      return { rows: [], rowsAffected: run.run(values).changes };
    });
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql);
    const run: Prepared['run'] = known?.run ?? this.#connection.prepare(sql);
    const prepared = known ?? { run, rows: run.reader ? rowsOf(run.raw(true)) : null };
    if (!REPEATED.test(sql)) return prepared;
    // A map remembers the order of insertion: the one that was not used for longest is the first.
    if (known) this.#prepared.delete(sql);
    else if (this.#prepared.size >= MOST_PREPARED)
      this.#prepared.delete(this.#prepared.keys().next().value as string);
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}

/** Makes rows whose values stand under their columns' names, and under their places, which drizzle reads. */
function rowsOf(run: Prepared['run']): (values: unknown[][]) => Result['rows'] {
  let columns: Columns | null = null;
  return (list) => {
    // Another process may have added a column to what `*` stands for.
    if (columns === null || (list[0] && list[0].length !== columns.names.length)) columns = columnsOf(run);
    const { names, shape, hasTwins } = columns;
    return list.map((values) => {
      const row = Object.create(shape) as Record<string, unknown>;
      for (let place = names.length - 1; place >= 0; place--) row[names[place]!] = toCaller(values[place]);
      // Of two columns with one name the first has it; both have their places.
      if (hasTwins)
        for (const [place, value] of values.entries())
          Object.defineProperty(row, place, { value: toCaller(value) });
      return row as Result['rows'][number];
    });
  };
}

interface Columns {
  names: string[];
  hasTwins: boolean;
  /** What all rows inherit: the values by their places. */
  shape: object;
}

function columnsOf(run: Prepared['run']): Columns {
  const names = run.columns().map(({ name }) => name);
  const shape = Object.create(null, { length: { value: names.length } }) as object;
  for (const [place, name] of names.entries()) {
    Object.defineProperty(shape, place, {
      get(this: Record<string, unknown>) {
        return this[name];
      },
    });
  }
  return { names, hasTwins: new Set(names).size < names.length, shape };
}

/** The driver ends the process over what it does not know. */
function toDriver(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (value instanceof ArrayBuffer) return Buffer.from(value);
  throw new TypeError(`${typeof value === 'number' ? value : typeof value} can't be stored in the database`);
}

function toCaller(value: unknown): unknown {
  return value instanceof Uint8Array ? new Uint8Array(value).buffer : value;
}

/** @throws LibsqlError where the driver has no code for why a file can't be opened */
function opened(path: string): Driver.Database {
  try {
    return new Driver(path);
  } catch (error) {
    if (error instanceof Driver.SqliteError) throw error;
    throw new LibsqlError(messageOf(error), 'SQLITE_CANTOPEN', undefined, undefined, error as Error);
  }
}

/** Errors as `@libsql/client` has them: the base code of SQLite, and the extended one beside it. */
function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Driver.SqliteError)) throw error;
    const { code, rawCode, message } = error as Error & { code: string; rawCode?: number };
    throw new LibsqlError(message, /^SQLITE_[A-Z]+/.exec(code)?.[0] ?? code, code, rawCode, error);
  }
}
