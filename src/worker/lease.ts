/**
 * The right to publish and to move the clock, held by one process at a time. `fence` rises with every change of holder;
 * all times are the database's, so that no process's own clock decides. A lease waits behind no other write: under a crowd
 * it would run out meanwhile.
 */
import { sql } from 'drizzle-orm';
import type { Store } from '../../db/transaction.ts';

export const LEASE_MS = 10_000;
const NAME = 'workers';
const databaseNow = sql`cast(unixepoch('subsec') * 1000 as integer)`;

/**
 * Takes or keeps the lease.
 *
 * @param holder a name of this process, made anew at its start
 * @param force on a file database, where a lock on the file already says that no other process is at work
 * @param asking told right before the database is asked, however long that had to wait
 * @returns the fence, or null while another process holds it
 */
export async function takeLease(
  store: Store,
  holder: string,
  force: boolean,
  asking: () => void = () => undefined,
): Promise<number | null> {
  return store.write(async (tx) => {
    asking();
    const rows = await tx.all<{ fence: number }>(sql`insert into leases (name, holder, fence, expires_at)
      values (${NAME}, ${holder}, 1, ${databaseNow} + ${LEASE_MS})
      on conflict (name) do update set
        fence = fence + (holder <> excluded.holder), holder = excluded.holder, expires_at = excluded.expires_at
      where holder = excluded.holder or expires_at < ${databaseNow} or ${force ? 1 : 0}
      returning fence`);
    return rows[0]?.fence ?? null;
  }, 'first');
}

/** True while this process may write to a target. Asked before each write. */
export async function holdsLease(store: Store, holder: string, fence: number): Promise<boolean> {
  const rows = await store.read.all(
    sql`select 1 from leases where name = ${NAME} and holder = ${holder} and fence = ${fence} and expires_at > ${databaseNow}`,
  );
  return rows.length > 0;
}

/**
 * Holds on to a lease that ran out and that nobody else took: the clock leapt, or this process was frozen.
 *
 * @param asking as above
 * @returns false when another process has it, or had it meanwhile, or when this one gave it back
 */
export async function keepLease(
  store: Store,
  holder: string,
  fence: number,
  asking: () => void = () => undefined,
): Promise<boolean> {
  return store.write(async (tx) => {
    asking();
    const kept = await tx.all(sql`update leases set expires_at = ${databaseNow} + ${LEASE_MS}
      where name = ${NAME} and holder = ${holder} and fence = ${fence} and expires_at > 0 returning 1`);
    return kept.length > 0;
  }, 'first');
}

/** Gives the lease back, so that the next process need not wait. */
export async function returnLease(store: Store, holder: string): Promise<void> {
  await store.write(async (tx) => {
    await tx.run(sql`update leases set expires_at = 0 where name = ${NAME} and holder = ${holder}`);
  });
}
