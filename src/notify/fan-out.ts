/**
 * One event, one delivery for each who is told. What holds here:
 *
 * 1. Subscribers are gone through in the order of their ids, in chunks, each a transaction that also notes how far it
 *    came: a fan-out that was cut off goes on there, and several processes share one without doing anything twice.
 * 2. Who came after the event is not told of it: rows that were written before there was anybody to tell stay silent.
 * 3. What is older than a week is not news: a backlog from before a long sleep, or a restored backup, is passed over. A
 *    week, so that a weekend without a sender keeps nobody from what they were promised (contract, section 8).
 */
import type { Database } from '../../db/client.ts';
import { statement } from '../../db/statement.ts';
import type { Store } from '../../db/transaction.ts';
import { newId } from '../domain/ids.ts';
import { fanOutToWebhooks } from './webhooks/fan-out.ts';

/** Subscribers in one transaction: some milliseconds, since the driver stops the event loop meanwhile. */
export const CHUNK = 300;
export const NEWS_FOR_MS = 7 * 24 * 3_600_000;

/** An outbox row that is to be fanned out. */
export interface OutboxEvent {
  id: string;
  pageId: string;
  revision: number;
  event: string;
  /** The incident or window. */
  subjectId: string;
  payload: { update_id?: string | null; component_ids?: string[] };
  createdAt: number;
}

const COLUMNS = `json_object('id', o.id, 'pageId', o.page_id, 'revision', o.revision, 'event', o.event,
  'subjectId', o.subject_id, 'payload', json(o.payload), 'createdAt', o.created_at) as row`;

/** Events that are not fanned out, the oldest first. */
export async function waitingEvents(read: Database, most: number): Promise<OutboxEvent[]> {
  const { rows } = await read.$client.execute(
    statement(
      `select ${COLUMNS} from outbox o where o.fanned_out_at is null order by o.created_at, o.id limit ?`,
      most,
    ),
  );
  return rows.map(({ row }) => JSON.parse(row as string) as OutboxEvent);
}

/** The event of a delivery; null when it is gone. */
export async function eventOf(read: Database, id: string): Promise<OutboxEvent | null> {
  const { rows } = await read.$client.execute(
    statement(`select ${COLUMNS} from outbox o where o.id = ?`, id),
  );
  return rows[0] ? (JSON.parse(rows[0].row as string) as OutboxEvent) : null;
}

const ADD = `insert into deliveries
  (id, event_id, page_id, channel, recipient_id, subject_id, state, attempts, next_attempt_at, created_at)
  select json_extract(value, '$[0]'), ?, ?, 'email', json_extract(value, '$[1]'), ?, 'pending', 0, ?, ? from json_each(?)
  where true on conflict (event_id, recipient_id) do nothing`;
const TO_TELL = `from subscribers s where s.page_id = ? and s.status = 'active' and s.suppressed_at is null and s.id > ?`;

/**
 * Makes the next deliveries of an event.
 *
 * @returns how many subscribers it went through, and whether that was the last of them
 */
export async function fanOutChunk(
  store: Store,
  event: OutboxEvent,
  now: number,
  chunk = CHUNK,
): Promise<{ seen: number; done: boolean }> {
  return store.write(async (tx) => {
    const run = async (text: string, ...args: (string | number | null)[]) =>
      (await tx.$client.execute(statement(text, ...args))).rows;
    const [open] = await run(
      `select (select f.cursor from fan_outs f where f.event_id = o.id) as at from outbox o
        where o.id = ? and o.fanned_out_at is null`,
      event.id,
    );
    // Another process was faster, or the page is gone.
    if (!open) return { seen: 0, done: true };
    const close = () => finish(tx, event.id, now);
    if (now - event.createdAt > NEWS_FOR_MS) return close();
    const cursor = (open.at as string | null) ?? '';
    const named = event.payload.component_ids ?? [];
    if (open.at === null) await fanOutToWebhooks(tx, { ...event, componentIds: named }, now);
    const [last] = await run(
      `select count(*) as seen, max(id) as id from (select s.id ${TO_TELL} order by s.id limit ?)`,
      event.pageId,
      cursor,
      chunk,
    );
    const { seen, id } = last as unknown as { seen: number; id: string | null };
    if (id === null) return close();
    const follows = `exists (select 1 from subscriber_components f where f.subscriber_id = s.id
      ${named.length > 0 ? 'and f.component_id in (select value from json_each(?))' : ''})`;
    const found = await run(
      `select s.id ${TO_TELL} and s.id <= ? and coalesce(s.verified_at, s.created_at) <= ?
        and (s.whole_page = 1 or ${follows}) order by s.id`,
      ...[event.pageId, cursor, id, event.createdAt],
      ...(named.length > 0 ? [JSON.stringify(named)] : []),
    );
    await add(
      tx,
      event,
      found.map((row) => row.id as string),
      now,
    );
    if (seen < chunk) return { ...(await close()), seen };
    await run(
      `insert into fan_outs (event_id, cursor) values (?, ?) on conflict (event_id) do update set cursor = excluded.cursor`,
      event.id,
      id,
    );
    return { seen, done: false };
  });
}

async function add(
  tx: Database,
  { id, pageId, subjectId }: OutboxEvent,
  recipients: string[],
  now: number,
): Promise<void> {
  if (recipients.length === 0) return;
  const rows = JSON.stringify(recipients.map((recipient) => [newId(), recipient]));
  await tx.$client.execute(statement(ADD, id, pageId, subjectId, now, now, rows));
}

async function finish(tx: Database, eventId: string, now: number): Promise<{ seen: number; done: true }> {
  await tx.$client.batch([
    statement('update outbox set fanned_out_at = ? where id = ?', now, eventId),
    statement('delete from fan_outs where event_id = ?', eventId),
  ]);
  return { seen: 0, done: true };
}
