/**
 * Which processes are at work on a server's database, as they tell it themselves: those that only serve hold no lease, and
 * what they have in memory must not outlive a restore. All times are the database's.
 */
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Store } from '../../db/transaction.ts';

const RENEW_MS = 10_000;
/** A process that was killed counts for so long. */
export const PRESENT_MS = 30_000;
const NAMES = 'present:%';
const databaseNow = sql`cast(unixepoch('subsec') * 1000 as integer)`;

/** Tells that this process is there, until what it returns is called. @throws Error when the database can not be reached */
export async function announcePresence(
  store: Store,
  complain: (error: unknown) => void,
): Promise<() => Promise<void>> {
  const holder = randomUUID();
  const tell = () =>
    store.write(async (tx) => {
      await tx.run(sql`insert into leases (name, holder, fence, expires_at)
        values (${`present:${holder}`}, ${holder}, 0, ${databaseNow} + ${PRESENT_MS})
        on conflict (name) do update set expires_at = excluded.expires_at`);
      await tx.run(sql`delete from leases where name like ${NAMES} and expires_at < ${databaseNow}`);
    });
  await tell();
  const telling = setInterval(() => tell().catch(complain), RENEW_MS).unref();
  return async () => {
    clearInterval(telling);
    const gone = store.write((tx) => tx.run(sql`delete from leases where name = ${`present:${holder}`}`));
    // A database that is away forgets it by itself.
    await gone.then(() => undefined, complain);
  };
}

/** True while some process has told that it is there. */
export async function isAnyPresent(store: Store): Promise<boolean> {
  const rows = await store.read.all(
    sql`select 1 from leases where name like ${NAMES} and expires_at > ${databaseNow} limit 1`,
  );
  return rows.length > 0;
}
