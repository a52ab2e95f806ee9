import { type SQL, sql } from 'drizzle-orm';

/** A list as one bound parameter, for `in`: statements stay the same whatever its length. */
export function inList(values: readonly string[]): SQL {
  return sql`in (select value from json_each(${JSON.stringify(values)}))`;
}

/**
 * Rows of tuples as one bound parameter, to insert or update many at once; column n of `alias` is `$.n`:
 * `sql\`insert into t select ${tuple(0)}, ${tuple(1)} from ${rowsOf(list)}\``.
 */
export function rowsOf(rows: readonly (readonly unknown[])[]): SQL {
  return sql`json_each(${JSON.stringify(rows)}) as row`;
}

export function tuple(place: number): SQL {
  return sql.raw(`json_extract(row.value, '$[${place}]')`);
}
