import { and, eq, sql } from 'drizzle-orm';
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
}

/**
 * Makes a delivery of an event for each webhook of its page that is told of it, in the caller's transaction. A page has
 * few webhooks: one statement reads them all. Again for the same event it adds nothing.
 *
 * @returns how many are told
 */
export async function fanOutToWebhooks(tx: Database, cause: WebhookCause, now: number): Promise<number> {
  const rows = await tx
    .select({
      id: webhooks.id,
      events: webhooks.events,
      follows: sql<string | null>`iif(webhooks.component_ids is null, null, (select json_group_array(f.value)
        from json_each(webhooks.component_ids) f join components c on c.id = f.value))`,
    })
    .from(webhooks)
    .where(and(eq(webhooks.pageId, cause.pageId), eq(webhooks.active, true)));
  const told = rows.filter(({ events, follows }) =>
    isTold(
      events,
      follows === null ? null : (JSON.parse(follows) as string[]),
      cause.event,
      cause.componentIds,
    ),
  );
  if (told.length === 0) return 0;
  const made = told.map(({ id }) => ({
    id: newId(),
    eventId: cause.id,
    pageId: cause.pageId,
    channel: 'webhook' as const,
    recipientId: id,
    subjectId: cause.subjectId,
    state: 'pending' as const,
    attempts: 0,
    nextAttemptAt: now,
    createdAt: now,
  }));
  await tx.insert(deliveries).values(made).onConflictDoNothing();
  return told.length;
}
