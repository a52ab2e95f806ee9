import { getTableColumns } from 'drizzle-orm';
import { CasingCache } from 'drizzle-orm/casing';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';

/** A statement as the driver takes it: for paths where building it anew each time would cost more than running it. */
export interface Statement {
  sql: string;
  args: (string | number | null)[];
}

export function statement(sql: string, ...args: (string | number | null)[]): Statement {
  return { sql, args };
}

/** A query of drizzle's, as a batch takes it. */
interface Buildable {
  _prepare(): { getQuery(): { sql: string; params: unknown[] } };
}

/** The statement that a query of drizzle's stands for. */
export function statementOf(query: Statement | object): Statement {
  if ('args' in query) return query;
  const { sql, params } = (query as Buildable)._prepare().getQuery();
  return { sql, args: params as Statement['args'] };
}

export interface RowReader<Row> {
  /** One column of JSON that holds the row; the columns' own names must be in scope. */
  json: string;
  read(text: string): Row;
  /** Of what stood inside of other JSON. */
  from(row: unknown): Row;
}

/** Reads whole rows as JSON: the driver takes a good part of a select's time for each of its columns. */
export function rowReader<Table extends SQLiteTable>(table: Table): RowReader<Table['$inferSelect']> {
  const casing = new CasingCache('snake_case');
  const columns = Object.entries(getTableColumns(table));
  const parts = columns.map(([name, column]) => `'${name}', "${casing.getColumnCasing(column)}"`);
  const from = (row: unknown) => {
    const values = row as Record<string, unknown>;
    for (const [name, column] of columns) {
      const value = values[name];
      if (value !== null && value !== undefined) values[name] = column.mapFromDriverValue(value);
    }
    return values as Table['$inferSelect'];
  };
  return { json: `json_object(${parts.join(', ')})`, read: (text) => from(JSON.parse(text)), from };
}

/** The columns that an UPDATE has to name: what stays as it is need not be written, nor any index of it. */
export function changesOf<Row extends object>(before: Row, after: Row): Partial<Row> {
  const names = Object.keys(after) as (keyof Row)[];
  return Object.fromEntries(
    names.filter((name) => after[name] !== before[name]).map((name) => [name, after[name]]),
  ) as Partial<Row>;
}
