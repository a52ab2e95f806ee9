import { and, eq, lte, sql } from 'drizzle-orm';
import type { Database } from '../../../db/client.ts';
import { deliveries, webhooks } from '../../../db/messages.ts';
import { newId } from '../../domain/ids.ts';
import { isTold } from '../../domain/webhooks.ts';

/** What the outbox says of an event. */
export interface WebhookCause {
  id: string;
  pageId: string;
  event: string;
  subjectId: string;
  /** Every component that the incident or window ever named. */
  componentIds: readonly string[];
  createdAt: number;
}

/**
 * Makes a delivery of an event for each webhook of its page that was there when it happened and follows it, in the
 * caller's transaction. Again for the same event it adds nothing.
 *
 * @returns how many are told
 */
export async function fanOutToWebhooks(tx: Database, cause: WebhookCause, now: number): Promise<number> {
  const told = await webhooksToTell(tx, cause);
  if (told.length === 0) return 0;
  const made = told.map((recipientId) => ({
    id: newId(),
    eventId: cause.id,
    pageId: cause.pageId,
    channel: 'webhook' as const,
    recipientId,
    subjectId: cause.subjectId,
    state: 'pending' as const,
    attempts: 0,
    nextAttemptAt: now,
    createdAt: now,
  }));
  await tx.insert(deliveries).values(made).onConflictDoNothing();
  return told.length;
}

/** A page has few webhooks: one statement reads them all, with what they follow and still is there. */
async function webhooksToTell(tx: Database, cause: WebhookCause): Promise<string[]> {
  const rows = await tx
    .select({
      id: webhooks.id,
      events: webhooks.events,
      follows: sql<string | null>`iif(webhooks.component_ids is null, null, (select json_group_array(f.value)
        from json_each(webhooks.component_ids) f join components c on c.id = f.value))`,
    })
    .from(webhooks)
    .where(
      and(
        eq(webhooks.pageId, cause.pageId),
        eq(webhooks.active, true),
        lte(webhooks.createdAt, cause.createdAt),
      ),
    );
  const follows = (text: string | null) => (text === null ? null : (JSON.parse(text) as string[]));
  return rows
    .filter((row) => isTold(row.events, follows(row.follows), cause.event, cause.componentIds))
    .map(({ id }) => id);
}
