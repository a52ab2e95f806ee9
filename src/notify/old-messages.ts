/** What was told long ago: kept for a while, so that the log stays useful, and then no longer. */
import { statement } from '../../db/statement.ts';
import type { Store } from '../../db/transaction.ts';

const DAY_MS = 24 * 3_600_000;
/** Events, and what became of them for each who was told. */
export const KEEP_EVENTS_MS = 90 * DAY_MS;
/** Letters, whose text is gone once they are out. */
export const KEEP_LETTERS_MS = 30 * DAY_MS;

/** Rows in one transaction: some milliseconds. */
const CHUNK = 500;

/**
 * Deletes the next rows that have been kept for long enough: deliveries first, since deleting an event would take all of
 * its own with it at once. Ids of the version 7 begin with their time (RFC 9562, section 5.7).
 *
 * @returns how many; none when nothing is left to do
 */
export async function forgetOldMessages(store: Store, now: number): Promise<number> {
  const events = firstIdAt(now - KEEP_EVENTS_MS);
  return store.write(async (tx) => {
    const run = async (text: string, ...args: (string | number)[]) =>
      (await tx.$client.execute(statement(text, ...args))).rowsAffected;
    const deliveries = await run(
      `delete from deliveries where id in (select id from deliveries where id < ? order by id limit ?)`,
      ...[events, CHUNK],
    );
    if (deliveries > 0) return deliveries;
    const outbox = await run(
      `delete from outbox where id in (select o.id from outbox o where o.id < ?
        and not exists (select 1 from deliveries d where d.event_id = o.id) order by o.id limit ?)`,
      ...[events, CHUNK],
    );
    const letters = await run(
      `delete from letters where id in (select id from letters where id < ? and state <> 'pending' order by id limit ?)`,
      ...[firstIdAt(now - KEEP_LETTERS_MS), CHUNK],
    );
    return outbox + letters;
  });
}

/** Below every id of the version 7 that was made at this moment or later. */
function firstIdAt(at: number): string {
  const hex = at.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
