/**
 * Subscribers as the customer manages them. What holds here:
 *
 * 1. Readers of the page see nothing of it: the revision stays.
 * 2. Who unsubscribed is not brought back by anybody but themselves, through a verified sign-up.
 * 3. Who was erased leaves a keyed hash of their address alone, which refuses them to imports and to being added.
 */
import { and, eq } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { deliveries, erasures, signUps, subscriberComponents, subscribers } from '../../db/messages.ts';
import { statement } from '../../db/statement.ts';
import { emailKey } from '../domain/email-address.ts';
import { conflict } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import type { Secrets } from '../domain/secrets.ts';
import type { SubscriberCreate, SubscriberPatch } from '../domain/subscriber-input.ts';
import { type Actor, type Change, change, type Manager, type Outcome } from './command.ts';
import { namedComponents } from './component-questions.ts';
import { cancelLettersTo } from './letters.ts';
import { forgetAnswersAbout } from './repeated.ts';
import { getSubscriber, type SubscriberRow } from './subscriber-queries.ts';

const CHOICE =
  'insert into subscriber_components (subscriber_id, component_id) select ?, value from json_each(?) where true';

/** What is kept of an address that was erased from a page. */
export function erasureHash(secrets: Secrets, pageId: string, key: string): string {
  return secrets.sign('erased address', `${pageId} ${key}`);
}

/** The subscriber of a page with this address, whatever became of them. */
export async function subscriberByKey(
  tx: Database,
  pageId: string,
  key: string,
): Promise<SubscriberRow | undefined> {
  const [row] = await tx
    .select()
    .from(subscribers)
    .where(and(eq(subscribers.pageId, pageId), eq(subscribers.emailKey, key)));
  return row;
}

/** Refuses an address that is another's already, or whose owner was erased. @throws DomainError conflict */
async function assertFree(manager: Manager, unit: Change, email: string, self: string): Promise<void> {
  const { tx, page } = unit;
  const key = emailKey(email);
  const taken = await subscriberByKey(tx, page.id, key);
  if (taken?.status === 'unsubscribed' && taken.id !== self)
    throw conflict('This address has unsubscribed. Only its owner can come back, by subscribing again.');
  if (taken && taken.id !== self) throw conflict('This address is a subscriber already.');
  const [erased] = await tx
    .select({ at: erasures.erasedAt })
    .from(erasures)
    .where(
      and(eq(erasures.pageId, page.id), eq(erasures.addressHash, erasureHash(manager.secrets, page.id, key))),
    );
  if (erased) throw conflict('This address was erased. Only its owner can come back, by subscribing again.');
}

/** Writes what a subscriber follows; an empty list is the whole page. To be flushed behind the subscriber's own row. */
export function writeChoice(unit: Change, subscriberId: string, componentIds: readonly string[]): void {
  const { tx } = unit;
  unit.write(tx.delete(subscriberComponents).where(eq(subscriberComponents.subscriberId, subscriberId)));
  if (componentIds.length === 0) return;
  const ids = JSON.stringify([...new Set(componentIds)]);
  unit.write(statement(CHOICE, subscriberId, ids));
}

/** Takes back what waits to be sent to somebody. */
export function cancelDeliveries(unit: Change, subscriberId: string): void {
  unit.write(
    unit.tx
      .update(deliveries)
      .set({ state: 'cancelled', doneAt: unit.now })
      .where(and(eq(deliveries.recipientId, subscriberId), eq(deliveries.state, 'pending'))),
  );
}

/**
 * Adds a subscriber at once; the customer attests their consent. One whose mailbox was unknown is taken up again.
 *
 * @throws DomainError conflict for an address that is there, unsubscribed or was erased; invalid (component_ids)
 */
export async function addSubscriber(
  manager: Manager,
  actor: Actor,
  pageId: string,
  input: SubscriberCreate,
): Promise<Outcome<string>> {
  return change(manager, actor, pageId, 'subscriber.created', async (unit) => {
    const { tx, now } = unit;
    const { email, component_ids: chosen = [] } = input;
    await namedComponents(unit, chosen, 'component_ids');
    const known = await subscriberByKey(tx, pageId, emailKey(email));
    const returns = known?.status === 'active' && known.suppressedAt !== null;
    if (!returns) await assertFree(manager, unit, email, '');
    const id = returns ? known.id : newId();
    const facts = {
      ...{ email, wholePage: chosen.length === 0, source: 'managed' as const, updatedAt: now },
      ...{ suppressedReason: null, suppressedAt: null },
    };
    if (returns) unit.write(tx.update(subscribers).set(facts).where(eq(subscribers.id, id)));
    else {
      const row = { id, pageId, emailKey: emailKey(email), status: 'active' as const, createdAt: now };
      unit.write(tx.insert(subscribers).values({ ...row, ...facts }));
    }
    writeChoice(unit, id, chosen);
    return { value: id, subjectId: id };
  });
}

/**
 * Changes address, components or status. A new address, and the word that somebody is active, end a suppression.
 *
 * @throws DomainError not_found; conflict for a taken address, and for bringing back who unsubscribed
 */
export async function editSubscriber(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
  input: SubscriberPatch,
): Promise<Outcome<string>> {
  return change(manager, actor, pageId, 'subscriber.updated', async (unit) => {
    const { tx, now } = unit;
    const row = await getSubscriber(tx, pageId, id);
    const { email, component_ids: chosen, status } = input;
    if (chosen) await namedComponents(unit, chosen, 'component_ids');
    if (status === 'active' && row.status === 'unsubscribed')
      throw conflict('This subscriber has left. Only they themselves can come back, by subscribing again.');
    const moves = email !== undefined && emailKey(email) !== row.emailKey;
    if (moves) await assertFree(manager, unit, email, id);
    const leaves = status === 'unsubscribed' && row.status === 'active';
    unit.write(
      tx
        .update(subscribers)
        .set({
          updatedAt: now,
          ...(email === undefined ? {} : { email, emailKey: emailKey(email) }),
          ...(chosen ? { wholePage: chosen.length === 0 } : {}),
          ...(moves || status === 'active' ? { suppressedReason: null, suppressedAt: null } : {}),
          ...(leaves ? { status, unsubscribedAt: now } : {}),
        })
        .where(eq(subscribers.id, id)),
    );
    if (chosen) writeChoice(unit, id, chosen);
    if (leaves) cancelDeliveries(unit, id);
    return { value: id, subjectId: id, details: { fields: Object.keys(input) } };
  });
}

/**
 * Erases a subscriber: what stays is a keyed hash of the address. Letters that wait do not leave any more, and no stored
 * answer to a repeated request holds the address.
 *
 * @throws DomainError not_found
 */
export async function eraseSubscriber(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
): Promise<Outcome<null>> {
  return change(manager, actor, pageId, 'subscriber.erased', async (unit) => {
    const { tx, now } = unit;
    const { emailKey: key, createdAt } = await getSubscriber(tx, pageId, id);
    const addressHash = erasureHash(manager.secrets, pageId, key);
    cancelDeliveries(unit, id);
    unit.write(
      ...(await cancelLettersTo(manager, tx, pageId, key)),
      ...forgetAnswersAbout(tx, id, key, createdAt),
    );
    unit.write(
      tx.delete(subscribers).where(eq(subscribers.id, id)),
      tx.delete(signUps).where(and(eq(signUps.pageId, pageId), eq(signUps.emailKey, key))),
      tx.insert(erasures).values({ pageId, addressHash, erasedAt: now }).onConflictDoNothing(),
    );
    return { value: null, subjectId: id };
  });
}
