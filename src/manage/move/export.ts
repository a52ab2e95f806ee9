import { eq, getTableName, sql } from 'drizzle-orm';
import type { Database } from '../../../db/client.ts';
import { organizations } from '../../../db/schema.ts';
import { columnsOf, type MovedColumn } from './columns.ts';
import { MOVED, type Moved } from './decisions.ts';
import { FORMAT, isoOf } from './format.ts';

const ROWS_AT_ONCE = 1_000;

type Value = string | number | null;

/**
 * An organization as lines of JSON: a head, a line for each row, and an end that counts them. Secrets stay behind.
 *
 * @param read one state of the database for all of it
 */
export async function* exportLines(
  read: Database,
  organizationId: string,
  now: number,
): AsyncGenerator<string> {
  const [organization] = await read
    .select({ slug: organizations.slug, name: organizations.name })
    .from(organizations)
    .where(eq(organizations.id, organizationId));
  yield line({ daymark: 'export', format: FORMAT, exported_at: isoOf(now), organization });
  let rows = 0;
  for (const one of MOVED) {
    const table = getTableName(one.table);
    for await (const row of rowsOf(read, one, organizationId)) {
      rows++;
      yield line({ table, row });
    }
  }
  yield line({ end: true, rows });
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** In the order of their making, a thousand at a time: no statement holds this thread for long. */
async function* rowsOf(
  read: Database,
  { table, where, arrival }: Moved,
  organizationId: string,
): AsyncGenerator<Record<string, unknown>> {
  const columns = columnsOf(table).filter(({ key }) => !(key in arrival));
  const names = sql.raw(columns.map(({ name }) => `"${name}"`).join(', '));
  let after = 0;
  for (;;) {
    const rows = await read.all<Record<string, Value>>(
      sql`select rowid as "#", ${names} from ${table} where rowid > ${after} and ${where(organizationId)}
        order by rowid limit ${ROWS_AT_ONCE}`,
    );
    for (const row of rows) {
      yield Object.fromEntries(columns.map((column) => [column.name, told(column, row[column.name]!)]));
    }
    if (rows.length < ROWS_AT_ONCE) return;
    after = Number(rows.at(-1)!['#']);
  }
}

function told({ kind }: MovedColumn, value: Value): unknown {
  if (value === null) return null;
  if (kind === 'json') return JSON.parse(String(value));
  return kind === 'flag' ? value !== 0 : value;
}
