/** Deliveries of mails as they are claimed. */
import type { Database } from '../../db/client.ts';
import { statement } from '../../db/statement.ts';
import type { Store } from '../../db/transaction.ts';
import { type Claimed, Claims, DATABASE_NOW } from './claims.ts';

export interface DeliveryRow extends Claimed {
  eventId: string;
  pageId: string;
  recipientId: string;
  subjectId: string;
}

/**
 * The claims of mails about events. Nobody is sent two about one incident at the same time, and only the newest is sent:
 * those before it that still wait are folded into it.
 */
export function deliveryClaims(holder: string, store: Store, now: () => number): Claims<DeliveryRow> {
  return new Claims<DeliveryRow>(holder, {
    store,
    table: 'deliveries',
    scope: `channel = 'email'`,
    condition: `not exists (select 1 from deliveries o where o.recipient_id = d.recipient_id
      and o.subject_id = d.subject_id and o.state = 'pending' and o.lease_until > ${DATABASE_NOW})`,
    columns: `'eventId', event_id, 'pageId', page_id, 'recipientId', recipient_id, 'subjectId', subject_id`,
    sift: fold,
    now,
  });
}

/**
 * Pairs of what was claimed (`d`) and what else waits about the same thing for the same person (`o`). The joins are `cross`
 * to keep their order: left to itself SQLite begins with all that waits.
 */
const PAIRS = `from json_each(?) c cross join deliveries d on d.id = c.value
  cross join deliveries o on o.recipient_id = d.recipient_id and o.subject_id = d.subject_id
    and o.state = 'pending' and o.channel = 'email'`;

async function fold(tx: Database, rows: DeliveryRow[], now: number): Promise<DeliveryRow[]> {
  if (rows.length === 0) return rows;
  const claimed = JSON.stringify(rows.map(({ id }) => id));
  const folded = await tx.$client.execute(
    statement(
      `update deliveries set state = 'folded', done_at = ?, lease_holder = null, lease_until = null where id in (
        select o.id ${PAIRS} where o.event_id < d.event_id union select d.id ${PAIRS} where o.event_id > d.event_id)
        returning id`,
      now,
      claimed,
      claimed,
    ),
  );
  const gone = new Set(folded.rows.map(({ id }) => id as string));
  return gone.size === 0 ? rows : rows.filter(({ id }) => !gone.has(id));
}

/** The address takes no mail: nothing more is sent there until it is confirmed anew. */
export async function suppress(
  store: Store,
  subscriberId: string,
  symbol: string,
  now: number,
): Promise<void> {
  await store.write(async (tx) => {
    await tx.$client.execute(
      statement(
        `update subscribers set suppressed_reason = ?, suppressed_at = ?, updated_at = ?
          where id = ? and suppressed_at is null`,
        ...[symbol, now, now, subscriberId],
      ),
    );
  });
}
