/** What is counted against limits: sign-ups by address and client, failures to sign in. In the database, for all processes. */
import { and, count, eq, gt, inArray, lte, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { limitHits } from '../../db/messages.ts';
import { newId } from '../domain/ids.ts';
import type { Secrets } from '../domain/secrets.ts';

export interface Limit {
  /** What is counted, like `sign-up client`. */
  name: string;
  most: number;
  windowMs: number;
}

/** Whom or what it is counted for is kept as a keyed hash: the table tells nobody's address. */
const keyOf = (secrets: Secrets, limit: Limit, who: string) => secrets.sign(`limit ${limit.name}`, who);

/** Hits within the window. */
export async function hitsOf(
  db: Database,
  secrets: Secrets,
  limit: Limit,
  who: string,
  now: number,
): Promise<number> {
  const [row] = await db
    .select({ n: count() })
    .from(limitHits)
    .where(and(eq(limitHits.key, keyOf(secrets, limit, who)), gt(limitHits.at, now - limit.windowMs)));
  return row!.n;
}

/**
 * Counts a hit unless the limit is reached; to be called inside a write transaction, so that no two can share the last
 * place.
 *
 * @returns null when it counted, else in how many milliseconds there is room again
 */
export async function countHit(
  tx: Database,
  secrets: Secrets,
  limit: Limit,
  who: string,
  now: number,
): Promise<number | null> {
  const key = keyOf(secrets, limit, who);
  const [row] = await tx
    .select({ n: count(), oldest: sql<number | null>`min(${limitHits.at})` })
    .from(limitHits)
    .where(and(eq(limitHits.key, key), gt(limitHits.at, now - limit.windowMs)));
  if (row!.n >= limit.most) return Math.max(1, (row!.oldest ?? now) + limit.windowMs - now);
  await tx.insert(limitHits).values({ id: newId(), key, at: now });
  return null;
}

/** Takes back a hit that was counted at this moment: it was none after all. */
export async function takeBackHit(
  tx: Database,
  secrets: Secrets,
  limit: Limit,
  who: string,
  at: number,
): Promise<void> {
  const key = keyOf(secrets, limit, who);
  await tx.run(
    sql`delete from limit_hits where id = (select id from limit_hits where key = ${key} and at = ${at} limit 1)`,
  );
}

/** Begins to count anew. */
export async function clearHits(tx: Database, secrets: Secrets, limit: Limit, who: string): Promise<void> {
  await tx.delete(limitHits).where(eq(limitHits.key, keyOf(secrets, limit, who)));
}

/** Forgets so many of the hits that no limit looks back to; the longest window is a day. @returns how many went */
export async function sweepHits(tx: Database, before: number, most = 1_000): Promise<number> {
  const old = tx.select({ id: limitHits.id }).from(limitHits).where(lte(limitHits.at, before)).limit(most);
  return (await tx.delete(limitHits).where(inArray(limitHits.id, old))).rowsAffected;
}
