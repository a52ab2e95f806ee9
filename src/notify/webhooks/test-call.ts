import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../../../db/client.ts';
import { webhooks } from '../../../db/messages.ts';
import { pages } from '../../../db/schema.ts';
import { notFound } from '../../domain/errors.ts';
import { newId } from '../../domain/ids.ts';
import type { Attempt } from './call.ts';
import { sendMessage, type WebhookCaller } from './lane.ts';
import { testMessage } from './message.ts';

/**
 * Calls a webhook's receiver now, also of one that is switched off. Nothing is recorded: it is tried once, and whoever
 * asks is told how it went.
 *
 * @throws DomainError not_found
 */
export async function callTest(
  read: Database,
  caller: WebhookCaller,
  pageId: string,
  webhookId: string,
): Promise<Attempt & { id: string }> {
  const [row] = await read
    .select({
      url: webhooks.url,
      sealedSecret: webhooks.sealedSecret,
      page: {
        id: pages.id,
        name: pages.name,
        slug: pages.slug,
        domain: sql<string | null>`iif(${pages.domainRoutedAt} is null, null, ${pages.domain})`,
      },
    })
    .from(webhooks)
    .innerJoin(pages, eq(pages.id, webhooks.pageId))
    .where(and(eq(webhooks.id, webhookId), eq(webhooks.pageId, pageId)));
  if (!row) throw notFound('Webhook');
  const id = newId();
  const body = testMessage(row.page, webhookId, caller.now(), caller.publicUrl);
  return { id, ...(await sendMessage(caller, { id, ...row }, body)) };
}
