import { and, eq, lte, sql } from 'drizzle-orm';
import type { Database } from '../../../db/client.ts';
import { webhooks } from '../../../db/messages.ts';
import { isTold } from '../../domain/webhooks.ts';

/** What the outbox says of an event. */
export interface WebhookCause {
  pageId: string;
  event: string;
  /** Every component that the incident or window ever named. */
  named: readonly string[];
  createdAt: number;
}

/**
 * The webhooks of a page that are told of an event: they were there when it happened, and follow it. A page has few of
 * them: one statement reads them all.
 */
export async function webhooksToTell(tx: Database, cause: WebhookCause): Promise<string[]> {
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
    .filter((row) => isTold(row.events, follows(row.follows), cause.event, cause.named))
    .map(({ id }) => id);
}
