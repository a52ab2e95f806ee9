import type { Database } from './client.ts';

/** A query that is built once for each connection, and not again at every call: building costs more than running it. */
export function preparedOn<Query>(build: (db: Database) => Query): (db: Database) => Query {
  const queries = new WeakMap<Database, Query>();
  return (db) => {
    const known = queries.get(db);
    if (known) return known;
    const query = build(db);
    queries.set(db, query);
    return query;
  };
}
