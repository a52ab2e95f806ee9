/** One connection of the stand-in to its file: runs what a Hrana stream asks for. */
import Database from 'libsql';

interface Value {
  type: 'null' | 'integer' | 'float' | 'text' | 'blob';
  value?: string | number;
  base64?: string;
}

export interface Stmt {
  sql?: string;
  sql_id?: number;
  args?: Value[];
  named_args?: { name: string; value: Value }[];
  want_rows?: boolean;
}

export interface Condition {
  type: 'ok' | 'error' | 'not' | 'and' | 'or' | 'is_autocommit';
  step?: number;
  cond?: Condition;
  conds?: Condition[];
}

export interface Step {
  condition?: Condition | null;
  stmt: Stmt;
}

export interface StmtResult {
  cols: { name: string; decltype: string | null }[];
  rows: Value[][];
  affected_row_count: number;
  last_insert_rowid: string | null;
}

export interface Failure {
  message: string;
  code: string;
}

export interface BatchResult {
  step_results: (StmtResult | null)[];
  step_errors: (Failure | null)[];
}

export class SqlConnection {
  readonly #db: InstanceType<typeof Database>;
  /** SQL texts that the client has stored, by its ids. */
  readonly texts = new Map<number, string>();

  constructor(path: string) {
    this.#db = new Database(path);
    this.#db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON');
  }

  get inTransaction(): boolean {
    return this.#db.inTransaction;
  }

  /** @throws Error with the driver's code */
  execute(stmt: Stmt): StmtResult {
    const prepared = this.#db.prepare(this.textOf(stmt));
    const args = stmt.named_args?.length
      ? Object.fromEntries(
          stmt.named_args.map(({ name, value }) => [name.replace(/^[:@$]/, ''), decode(value)]),
        )
      : (stmt.args ?? []).map(decode);
    if (!prepared.reader) {
      const { changes, lastInsertRowid } = prepared.run(args as never);
      return { cols: [], rows: [], affected_row_count: changes, last_insert_rowid: String(lastInsertRowid) };
    }
    const columns = prepared.columns();
    const rows = prepared.raw(true).all(args as never) as unknown[][];
    return {
      cols: columns.map(({ name, type }) => ({ name, decltype: type })),
      rows: rows.map((row) => row.map(encode)),
      affected_row_count: 0,
      last_insert_rowid: null,
    };
  }

  /** Steps run one after the other, each on its condition. */
  batch(steps: Step[]): BatchResult {
    const result: BatchResult = { step_results: [], step_errors: [] };
    for (const { condition, stmt } of steps) {
      let done: StmtResult | null = null;
      let failed: Failure | null = null;
      if (!condition || this.#holds(condition, result)) {
        try {
          done = this.execute(stmt);
        } catch (error) {
          failed = failureOf(error);
        }
      }
      result.step_results.push(done);
      result.step_errors.push(failed);
    }
    return result;
  }

  sequence(stmt: Stmt): void {
    this.#db.exec(this.textOf(stmt));
  }

  /** Takes back what is not committed, and forgets the client. */
  reset(): void {
    if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
    this.texts.clear();
  }

  textOf({ sql, sql_id }: Stmt): string {
    return sql ?? this.texts.get(sql_id ?? -1) ?? '';
  }

  #holds(condition: Condition, { step_results, step_errors }: BatchResult): boolean {
    const holds = (one: Condition) => this.#holds(one, { step_results, step_errors });
    switch (condition.type) {
      case 'ok':
        return step_results[condition.step ?? -1] != null;
      case 'error':
        return step_errors[condition.step ?? -1] != null;
      case 'not':
        return !holds(condition.cond!);
      case 'and':
        return condition.conds!.every(holds);
      case 'or':
        return condition.conds!.some(holds);
      case 'is_autocommit':
        return !this.#db.inTransaction;
    }
  }
}

export function failureOf(error: unknown): Failure {
  const { message, code } = error as Error & { code?: string };
  return { message, code: code ?? 'SQLITE_ERROR' };
}

function decode({ type, value, base64 }: Value): unknown {
  if (type === 'null') return null;
  if (type === 'integer') return Number(value);
  if (type === 'blob') return Buffer.from(base64 ?? '', 'base64');
  return value;
}

function encode(value: unknown): Value {
  if (value === null || value === undefined) return { type: 'null' };
  if (typeof value === 'string') return { type: 'text', value };
  if (typeof value === 'bigint') return { type: 'integer', value: String(value) };
  if (typeof value === 'number')
    return Number.isInteger(value) ? { type: 'integer', value: String(value) } : { type: 'float', value };
  return { type: 'blob', base64: Buffer.from(value as Uint8Array).toString('base64') };
}
