/**
 * The only door to libSQL. What holds here:
 *
 * 1. One write transaction at a time in a process, through our own queue: a second one would fail with SQLITE_BUSY at
 *    once, and waiting inside the driver would stop the event loop.
 * 2. Every connection to a file runs with WAL and `synchronous=FULL`; both are read back before the first use.
 * 3. After any SQLITE_BUSY the connection is thrown away: the driver may go on to acknowledge writes that it never
 *    commits (upstream issue 352). Nor is one used on that met a failing disk: what it could not read it remembers.
 * 4. A write is acknowledged after its COMMIT returned, never before.
 */
import { type Client, createClient, LibsqlError, type ResultSet } from '@libsql/client';
import { drizzle, type LibSQLDatabase } from 'drizzle-orm/libsql';
import { asToldToReaders, DatabaseBusyError, isBusy, isTroubled } from './failures.ts';
import { FileClient } from './file-client.ts';
import type { Inside } from './inside.ts';
import { remoteFetch } from './remote-fetch.ts';
import { RemoteTransaction } from './remote-transaction.ts';
import type { Statement } from './statement.ts';

export type Result = Pick<ResultSet, 'rows' | 'rowsAffected'>;

/** What runs statements: a client, or an open transaction. */
export interface SqlRunner {
  execute(statement: Statement | string): Promise<Result>;
  batch(statements: Statement[]): Promise<Result[]>;
}

export interface SqlTransaction extends SqlRunner {
  /** Runs statements whose answers nobody asks for: at once, or on a server with whatever is sent next. */
  send(statements: Statement[]): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Rolls back what is not committed. */
  close(): void;
}

/** As much of a libSQL client as is used here: `@libsql/client` has it for servers, `FileClient` for files. */
export interface SqlClient {
  readonly closed: boolean;
  execute(statement: Statement | string): Promise<Result>;
  batch(statements: Statement[], mode: 'read'): Promise<Result[]>;
  transaction(mode: 'write'): Promise<SqlTransaction>;
  close(): void;
}

export type Database = LibSQLDatabase<Record<string, never>> & {
  /** Below drizzle: for statements that are at hand. Only inside of a transaction there are `send` and `first`. */
  $client: SqlRunner & Partial<Pick<SqlTransaction, 'send'> & { first: (check: Check) => void }>;
};

/** Asks, and throws when something is not as it has to be. */
export type Check = (ahead: Database) => Promise<void>;

export interface DatabaseOptions {
  /** `file:/path`, `libsql://…`, `http(s)://…` */
  url: string;
  authToken?: string | undefined;
  /** How long a write waits for a lock that another process holds, in milliseconds; ten seconds. */
  busyTimeout?: number;
}

/** So long a write waits for a lock, in milliseconds. */
const BUSY_MS = 10_000;
const FIRST_PAUSE_MS = 4;
const LONGEST_PAUSE_MS = 100;

/**
 * One connection to a file, or a pipe to a server. `client()` hands out a usable one: fresh ones are prepared and
 * checked first.
 */
export class Connection {
  readonly isFile: boolean;
  readonly #options: DatabaseOptions;
  readonly #busyTimeout: number;
  #client: SqlClient | null = null;
  #opening: Promise<SqlClient> | null = null;
  /** Those that were thrown away after an error, perhaps under the hands of another call. */
  readonly #thrownAway = new WeakSet<SqlClient>();

  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.#busyTimeout = options.busyTimeout ?? BUSY_MS;
    this.isFile = options.url.startsWith('file:');
  }

  /** @throws Error when a file does not take WAL or `synchronous=FULL`. */
  async client(): Promise<SqlClient> {
    if (this.#client && !this.#client.closed) return this.#client;
    // Callers that come at once share one connection.
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #open(): Promise<SqlClient> {
    const { url, authToken } = this.#options;
    const client = this.isFile
      ? new FileClient(url)
      : remote(
          createClient({ url, intMode: 'number', fetch: remoteFetch, ...(authToken ? { authToken } : {}) }),
          this.#busyTimeout,
        );
    if (this.isFile) await prepare(client);
    this.#client = client;
    return client;
  }

  /** Throws the connection away; the next use opens a new one. */
  drop(): void {
    this.#client?.close();
    this.#client = null;
  }

  /** Runs something that can be run again, as often as another process is in its way. */
  async retrying<T>(use: (client: SqlClient) => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.#busyTimeout;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      let client: SqlClient | null = null;
      try {
        client = await this.client();
        return await use(client);
      } catch (error) {
        // Another call may have thrown the connection away that this one waited for.
        const lost = client?.closed && this.#thrownAway.has(client);
        if (isBusy(error) || isTroubled(error)) this.#throwAway(client);
        if (!isBusy(error) && !lost) throw error;
        if (performance.now() > deadline) throw new DatabaseBusyError({ cause: error });
        await new Promise((resume) => setTimeout(resume, pause));
      }
    }
  }

  #throwAway(client: SqlClient | null): void {
    if (client === null) return;
    this.#thrownAway.add(client);
    if (client === this.#client) this.drop();
  }
}

function remote(client: Client, busyTimeout: number): SqlClient {
  return {
    get closed() {
      return client.closed;
    },
    execute: (statement) => client.execute(statement),
    batch: (statements, mode) => client.batch(statements, mode),
    transaction: async (mode) => {
      const open = () => client.transaction(mode);
      return new RemoteTransaction(await open(), open, busyTimeout);
    },
    close: () => client.close(),
  };
}

async function prepare(client: SqlClient): Promise<void> {
  try {
    const mode = await client.execute('PRAGMA journal_mode=WAL');
    await client.execute('PRAGMA synchronous=FULL');
    const synchronous = await client.execute('PRAGMA synchronous');
    if (mode.rows[0]?.[0] !== 'wal' || synchronous.rows[0]?.[0] !== 2) {
      throw new LibsqlError(
        'The database file does not take journal_mode=WAL and synchronous=FULL; put DATA_DIR on a local disk.',
        'SQLITE_CANTOPEN',
      );
    }
    await client.execute('PRAGMA foreign_keys=ON');
  } catch (error) {
    client.close();
    throw error;
  }
}

/** Drizzle over whatever connection is current when a query runs. */
export function readerOf(connection: Connection): Database {
  const read = async <T>(use: (client: SqlClient) => Promise<T>) => {
    try {
      return await connection.retrying(use);
    } catch (error) {
      throw asToldToReaders(error);
    }
  };
  return drizzle(
    {
      execute: (statement: Statement) => read((client) => client.execute(statement)),
      batch: (statements: Statement[]) => read((client) => client.batch(statements, 'read')),
    } as unknown as Client,
    { casing: 'snake_case' },
  ) as Database;
}

/** Drizzle inside one open transaction; `batch` costs one round trip and stays inside it too. */
export function insideOf(inside: Inside): Database {
  const over = (client: object) => drizzle(client as Client, { casing: 'snake_case' }) as Database;
  const ahead = over(inside.ahead);
  return over({
    execute: (statement: Statement) => inside.execute(statement),
    batch: (statements: Statement[]) => inside.batch(statements),
    send: (statements: Statement[]) => inside.send(statements),
    first: (check: Check) => inside.first(() => check(ahead)),
  });
}
