/** What a subscriber does with their token: see what they receive, change it, leave. Whoever has the token may. */
import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { subscribers } from '../../db/messages.ts';
import { pages } from '../../db/schema.ts';
import { DomainError, invalid, notFound } from '../domain/errors.ts';
import type { SubscriptionPatch } from '../domain/subscriber-input.ts';
import { subscriberOfToken } from '../domain/subscriber-token.ts';
import type { Actor, Change, Manager } from './command.ts';
import { componentsOn } from './component-questions.ts';
import { change } from './run-change.ts';
import { getSubscriber, type Subscriber } from './subscriber-queries.ts';
import { cancelDeliveries, writeChoice } from './subscribers.ts';

const unknownToken = () => new DomainError('malformed', 'This link is not valid, or what it led to is gone.');

/** A change of one page by somebody who has no account. @throws DomainError not_found, and what `work` throws */
export async function changeBySubscriber<T>(
  manager: Manager,
  pageId: string,
  action: string,
  work: (unit: Change) => Promise<{ value: T; subjectId: string; details?: Record<string, unknown> }>,
): Promise<T> {
  const [page] = await manager.store.read
    .select({ organizationId: pages.organizationId })
    .from(pages)
    .where(eq(pages.id, pageId));
  if (!page) throw notFound('Page');
  const actor: Actor = { organizationId: page.organizationId, name: 'subscriber', pageIds: null };
  return (await change(manager, actor, pageId, action, work)).value;
}

/** The subscriber of a page whose token this is. @throws DomainError malformed */
export async function subscriptionOf(
  manager: Manager,
  pageId: string,
  token: string,
  read: Database = manager.store.read,
): Promise<Subscriber> {
  const id = subscriberOfToken(manager.secrets, token);
  if (id === null) throw unknownToken();
  try {
    return await getSubscriber(read, pageId, id);
  } catch (error) {
    throw error instanceof DomainError && error.kind === 'not_found' ? unknownToken() : error;
  }
}

/**
 * Changes what a subscriber receives; `component_ids` of `[]` is the whole page, as is `whole_page`.
 *
 * @param lenient passes over components that are not there any more
 * @throws DomainError malformed (token), invalid (component_ids)
 */
export async function editSubscription(
  manager: Manager,
  pageId: string,
  token: string,
  input: SubscriptionPatch,
  lenient = false,
): Promise<Subscriber> {
  const { id } = await subscriptionOf(manager, pageId, token);
  await changeBySubscriber(manager, pageId, 'subscriber.updated', async (unit) => {
    const { tx, now } = unit;
    const row = await subscriptionOf(manager, pageId, token, tx);
    const asked = input.component_ids ?? (input.whole_page ? [] : row.componentIds);
    const chosen = await componentsOn(tx, pageId, asked, lenient ? null : 'component_ids');
    if (input.whole_page === false && chosen.length === 0)
      throw invalid(['component_ids'], 'Name the components to follow instead of the whole page.', 'missing');
    if (input.component_ids || input.whole_page) {
      unit.write(
        tx
          .update(subscribers)
          .set({ wholePage: asked.length === 0, updatedAt: now })
          .where(eq(subscribers.id, id)),
      );
      writeChoice(unit, id, chosen);
    }
    return { value: null, subjectId: id, details: { fields: Object.keys(input) } };
  });
  return subscriptionOf(manager, pageId, token);
}

/**
 * Ends a subscription; again changes nothing. The token says whose, so it works below any page's root, and for who was
 * erased since.
 *
 * @throws DomainError malformed for a token that we never signed
 */
export async function unsubscribe(manager: Manager, token: string): Promise<void> {
  const id = subscriberOfToken(manager.secrets, token);
  if (id === null) throw unknownToken();
  const [row] = await manager.store.read
    .select({ pageId: subscribers.pageId })
    .from(subscribers)
    .where(and(eq(subscribers.id, id), eq(subscribers.status, 'active')));
  if (!row) return;
  await changeBySubscriber(manager, row.pageId, 'subscriber.unsubscribed', async (unit) => {
    unit.write(
      unit.tx
        .update(subscribers)
        .set({
          status: 'unsubscribed',
          unsubscribedAt: sql`coalesce(${subscribers.unsubscribedAt}, ${unit.now})`,
          updatedAt: unit.now,
        })
        .where(eq(subscribers.id, id)),
    );
    cancelDeliveries(unit, id);
    return { value: null, subjectId: id };
  });
}
