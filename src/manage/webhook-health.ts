/** A webhook that no longer answers is switched off, and its owners are told. */
import { and, eq } from 'drizzle-orm';
import { users } from '../../db/accounts.ts';
import { webhooks } from '../../db/messages.ts';
import { pages } from '../../db/schema.ts';
import { DomainError, notFound } from '../domain/errors.ts';
import type { Change, Manager } from './command.ts';
import { queueLetter } from './letters.ts';
import { change } from './run-change.ts';
import { cancelWaiting, hostOf } from './webhooks.ts';

/**
 * Switches a webhook off after days of failure, or when its receiver says that it is gone for good (410). The owners of
 * the organization get a letter, in the same transaction.
 *
 * @param reason the symbol of the last attempt
 * @returns false when it was gone or off already
 */
export async function disableWebhook(manager: Manager, webhookId: string, reason: string): Promise<boolean> {
  const [found] = await manager.store.read
    .select({ pageId: webhooks.pageId, organizationId: pages.organizationId })
    .from(webhooks)
    .innerJoin(pages, eq(pages.id, webhooks.pageId))
    .where(and(eq(webhooks.id, webhookId), eq(webhooks.active, true)));
  if (!found) return false;
  const actor = { organizationId: found.organizationId, name: 'notifier', pageIds: null };
  try {
    await change(manager, actor, found.pageId, 'webhook.disabled', (unit) =>
      disable(manager, unit, webhookId, reason),
    );
  } catch (error) {
    // Meanwhile it was deleted, its page was, or somebody switched it off.
    if (error instanceof DomainError) return false;
    throw error;
  }
  manager.letterQueued();
  return true;
}

async function disable(manager: Manager, unit: Change, webhookId: string, reason: string) {
  const [row] = await unit.tx
    .update(webhooks)
    .set({ active: false, disabledAt: unit.now, updatedAt: unit.now })
    .where(and(eq(webhooks.id, webhookId), eq(webhooks.active, true)))
    .returning({ url: webhooks.url });
  if (!row) throw notFound('Webhook');
  cancelWaiting(unit, webhookId);
  const owners = await unit.tx
    .select({ email: users.email })
    .from(users)
    .where(and(eq(users.organizationId, unit.actor.organizationId), eq(users.role, 'owner')));
  for (const { email } of owners) {
    const letter = { kind: 'webhook_disabled' as const, to: email, webhookId, url: row.url };
    await queueLetter(unit.tx, manager, letter, unit.page.id);
  }
  return { value: true, subjectId: webhookId, details: { host: hostOf(row.url), reason } };
}
