/** What became of what webhooks were to be told. */
import { and, count, desc, eq } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { deliveries } from '../../db/messages.ts';
import { outbox } from '../../db/schema.ts';
import type { Listed, Slice } from './queries.ts';

const columns = {
  id: deliveries.id,
  event: outbox.event,
  subjectId: deliveries.subjectId,
  state: deliveries.state,
  attempts: deliveries.attempts,
  nextAttemptAt: deliveries.nextAttemptAt,
  error: deliveries.error,
  answered: deliveries.answered,
  durationMs: deliveries.durationMs,
  createdAt: deliveries.createdAt,
  doneAt: deliveries.doneAt,
};

export type DeliveryState = (typeof deliveries.$inferSelect)['state'];
export type WebhookDelivery = Omit<
  typeof deliveries.$inferSelect,
  'eventId' | 'pageId' | 'channel' | 'recipientId' | 'leaseHolder' | 'leaseUntil'
> & {
  event: string;
};

/** The deliveries to a webhook, newest first. @param state only those; null for all */
export async function listWebhookDeliveries(
  read: Database,
  webhookId: string,
  state: DeliveryState | null,
  slice: Slice,
): Promise<Listed<WebhookDelivery>> {
  const which = and(eq(deliveries.recipientId, webhookId), state ? eq(deliveries.state, state) : undefined);
  const [[total], items] = await read.batch([
    read.select({ n: count() }).from(deliveries).where(which),
    read
      .select(columns)
      .from(deliveries)
      .innerJoin(outbox, eq(outbox.id, deliveries.eventId))
      .where(which)
      .orderBy(desc(deliveries.id))
      .limit(slice.limit)
      .offset(slice.offset),
  ]);
  return { total: total!.n, items };
}
