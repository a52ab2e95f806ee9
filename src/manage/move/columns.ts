import { getTableColumns } from 'drizzle-orm';
import { CasingCache } from 'drizzle-orm/casing';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';

const casing = new CasingCache('snake_case');

/** A column as a file of a move writes it. */
export interface MovedColumn {
  /** In code. */
  key: string;
  /** In the database, and in the file. */
  name: string;
  kind: 'text' | 'integer' | 'real' | 'flag' | 'json';
  required: boolean;
  choices: readonly string[] | null;
}

/** The columns of a table, in its order. */
export function columnsOf(table: SQLiteTable): MovedColumn[] {
  return Object.entries(getTableColumns(table)).map(([key, column]) => ({
    key,
    name: casing.getColumnCasing(column),
    kind: kindOf(column),
    required: column.notNull && !column.hasDefault,
    choices: column.enumValues && column.enumValues.length > 0 ? column.enumValues : null,
  }));
}

function kindOf({ dataType, columnType }: { dataType: string; columnType: string }): MovedColumn['kind'] {
  if (dataType === 'boolean') return 'flag';
  if (dataType === 'json') return 'json';
  if (dataType === 'string') return 'text';
  return columnType === 'SQLiteReal' ? 'real' : 'integer';
}
