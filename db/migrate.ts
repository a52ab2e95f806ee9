import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Store } from './transaction.ts';

/** The named migrations, in order, built into the executable. */
const files = import.meta.glob<string>('./migrations/*.sql', {
  query: '?raw',
  import: 'default',
  eager: true,
});

const migrations = Object.entries(files)
  .map(([path, text]) => ({ name: path.replace(/^.*\/|\.sql$/g, ''), text }))
  .sort((a, b) => (a.name < b.name ? -1 : 1));

/** The database was made by a newer Daymark than this one. */
export class NewerDatabaseError extends Error {}

/**
 * Brings the database to this build's schema, in one transaction; does nothing if it is there. Two processes may do it
 * at once: the second finds nothing to do.
 *
 * @returns names of the migrations that were applied
 * @throws NewerDatabaseError when it holds a migration that this build does not know
 */
export async function migrate(store: Store): Promise<string[]> {
  return store.write(async (tx) => {
    await tx.run(sql`create table if not exists migrations (name text primary key not null)`);
    const rows = await tx.all<{ name: string }>(sql`select name from migrations order by name`);
    const applied = new Set(rows.map((row) => row.name));
    const unknown = [...applied].find((name) => !migrations.some((migration) => migration.name === name));
    if (unknown) {
      throw new NewerDatabaseError(
        `The database holds the migration ${unknown}, which this version of Daymark does not know. Run the newer version.`,
      );
    }
    const missing = migrations.filter(({ name }) => !applied.has(name));
    for (const { name, text } of missing) {
      for (const statement of text.split('--> statement-breakpoint')) await tx.run(sql.raw(statement));
      await tx.run(sql`insert into migrations (name) values (${name})`);
    }
    if (applied.size === 0) {
      await tx.run(sql`insert into settings (key, value) values ('database_id', ${randomUUID()})`);
    }
    return missing.map(({ name }) => name);
  });
}

/** True when every migration of this build is applied. */
export async function isMigrated(store: Store): Promise<boolean> {
  const [table] = await store.read.all(
    sql`select 1 from sqlite_master where type = 'table' and name = 'migrations'`,
  );
  if (!table) return false;
  const rows = await store.read.all<{ name: string }>(sql`select name from migrations`);
  const applied = new Set(rows.map((row) => row.name));
  return migrations.every(({ name }) => applied.has(name));
}
