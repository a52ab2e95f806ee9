/** What became of what people were to be told, for whoever manages a page. */
import { and, count, desc, eq, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { deliveries, lanes, subscribers } from '../../db/messages.ts';
import { incidents, outbox, maintenanceWindows as windows } from '../../db/schema.ts';
import { notFound } from '../domain/errors.ts';
import type { Listed, Slice } from './queries.ts';

export type DeliveryState = (typeof deliveries.$inferSelect)['state'];
export type Tally = Record<DeliveryState, number>;

export interface Notification {
  id: string;
  event: string;
  subjectId: string;
  /** Of the incident or window; null when it was deleted. */
  title: string | null;
  revision: number;
  createdAt: number;
  /** When every delivery of it was made; null before that. */
  fannedOutAt: number | null;
  email: Tally;
  webhook: Tally;
  /** When the last mail is likely to be out; null when nothing waits, or nothing can be said. */
  estimatedDoneAt: number | null;
}

export interface MailDelivery {
  id: string;
  subscriberId: string;
  /** Null of somebody who was erased since. */
  email: string | null;
  state: DeliveryState;
  attempts: number;
  nextAttemptAt: number;
  error: string | null;
  createdAt: number;
  doneAt: number | null;
}

/** Counts of what nothing waits for any more: they do not change, and counting is what costs here. */
const KEPT = 2_000;
const settled = new Map<string, Pick<Notification, 'email' | 'webhook'>>();
/** So few that wait are looked at one by one. */
const FEW = 500;

const columns = {
  id: outbox.id,
  event: outbox.event,
  subjectId: outbox.subjectId,
  title: sql<
    string | null
  >`coalesce((select title from ${incidents} where ${incidents.id} = ${outbox.subjectId}),
    (select title from ${windows} where ${windows.id} = ${outbox.subjectId}))`,
  revision: outbox.revision,
  createdAt: outbox.createdAt,
  fannedOutAt: outbox.fannedOutAt,
};
type EventRow = Omit<Notification, 'email' | 'webhook' | 'estimatedDoneAt'>;

/** What people were told of a page, newest first. */
export async function listNotifications(
  read: Database,
  pageId: string,
  slice: Slice,
  now: number,
): Promise<Listed<Notification>> {
  const ofPage = eq(outbox.pageId, pageId);
  const [[total], rows] = await read.batch([
    read.select({ n: count() }).from(outbox).where(ofPage),
    read
      .select(columns)
      .from(outbox)
      .where(ofPage)
      .orderBy(desc(outbox.id))
      .limit(slice.limit)
      .offset(slice.offset),
  ]);
  const items: Notification[] = [];
  // One after the other: counting a hundred thousand takes some milliseconds, in which nothing else happens.
  for (const row of rows) items.push(await withCounts(read, row, now));
  return { total: total!.n, items };
}

/** What people were told of an incident or a window, newest first; at most so many. */
export async function notificationsAbout(
  read: Database,
  pageId: string,
  subjectId: string,
  most: number,
  now: number,
): Promise<Notification[]> {
  const rows = await read
    .select(columns)
    .from(outbox)
    .where(and(eq(outbox.pageId, pageId), eq(outbox.subjectId, subjectId)))
    .orderBy(desc(outbox.id))
    .limit(most);
  const items: Notification[] = [];
  for (const row of rows) items.push(await withCounts(read, row, now));
  return items;
}

/** @throws DomainError not_found */
export async function getNotification(
  read: Database,
  pageId: string,
  id: string,
  now: number,
): Promise<Notification> {
  const [row] = await read
    .select(columns)
    .from(outbox)
    .where(and(eq(outbox.id, id), eq(outbox.pageId, pageId)));
  if (!row) throw notFound('Notification');
  return withCounts(read, row, now);
}

/** Who is mailed an event, in the order in which they signed up. @param state only those; null for all */
export async function listMailDeliveries(
  read: Database,
  { id, email }: Notification,
  state: DeliveryState | null,
  slice: Slice,
): Promise<Listed<MailDelivery>> {
  const all = and(eq(deliveries.eventId, id), eq(deliveries.channel, 'email'));
  const items = await read
    .select({
      id: deliveries.id,
      subscriberId: deliveries.recipientId,
      email: subscribers.email,
      state: deliveries.state,
      attempts: deliveries.attempts,
      nextAttemptAt: deliveries.nextAttemptAt,
      error: deliveries.error,
      createdAt: deliveries.createdAt,
      doneAt: deliveries.doneAt,
    })
    .from(deliveries)
    .leftJoin(subscribers, eq(subscribers.id, deliveries.recipientId))
    .where(state ? and(all, eq(deliveries.state, state)) : all)
    // Each is the order of an index: with a state that of the rows, in which they were made.
    .orderBy(state ? sql`${deliveries}.rowid` : deliveries.recipientId)
    .limit(slice.limit)
    .offset(slice.offset);
  const total = state ? email[state] : Object.values(email).reduce((sum, n) => sum + n, 0);
  return { total, items };
}

async function withCounts(read: Database, row: EventRow, now: number): Promise<Notification> {
  const known = settled.get(row.id);
  if (known) return { ...row, ...known, estimatedDoneAt: null };
  const counted = await read
    .select({ channel: deliveries.channel, state: deliveries.state, n: count() })
    .from(deliveries)
    .where(eq(deliveries.eventId, row.id))
    .groupBy(deliveries.channel, deliveries.state);
  const tally = (channel: 'email' | 'webhook') => {
    const empty: Tally = { pending: 0, sent: 0, failed: 0, folded: 0, cancelled: 0 };
    for (const one of counted) if (one.channel === channel) empty[one.state] = one.n;
    return empty;
  };
  const counts = { email: tally('email'), webhook: tally('webhook') };
  if (row.fannedOutAt !== null && counts.email.pending + counts.webhook.pending === 0) {
    if (settled.size >= KEPT) settled.delete(settled.keys().next().value!);
    settled.set(row.id, counts);
  }
  return { ...row, ...counts, estimatedDoneAt: await estimate(read, row, counts.email, now) };
}

/** Goes on as fast as it went so far, but not before the last one that waits for another try. */
async function estimate(read: Database, row: EventRow, tally: Tally, now: number): Promise<number | null> {
  const done = tally.sent + tally.failed;
  if (tally.pending === 0 || row.fannedOutAt === null || done === 0) return null;
  const resting = await read.select({ until: lanes.pausedUntil }).from(lanes).where(eq(lanes.name, 'email'));
  if (resting.length > 0) return null;
  const steady = now + (tally.pending * (now - row.createdAt)) / done;
  if (tally.pending > FEW) return Math.round(steady);
  const [last] = await read
    .select({ at: sql<number>`max(${deliveries.nextAttemptAt})` })
    .from(deliveries)
    .where(
      and(eq(deliveries.eventId, row.id), eq(deliveries.channel, 'email'), eq(deliveries.state, 'pending')),
    );
  // What is only late for its next try stands there with the rest: it does not slow the others down.
  const later = last?.at ?? now;
  return later > now ? later : Math.round(steady);
}
