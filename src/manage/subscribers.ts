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
import { type Answers, ask, question } from '../../db/question.ts';
import { statement } from '../../db/statement.ts';
import { emailKey } from '../domain/email-address.ts';
import { conflict } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import type { Secrets } from '../domain/secrets.ts';
import type { SubscriberCreate, SubscriberPatch } from '../domain/subscriber-input.ts';
import type { Actor, Change, Manager, Outcome } from './command.ts';
import { assertNamed, namedQuestion } from './component-questions.ts';
import { cancelLettersTo, waitingQuestion } from './letters.ts';
import { forgetAnswersAbout } from './repeated.ts';
import { changeKnowing } from './run-change.ts';
import {
  byKeyQuestion,
  type Subscriber,
  type SubscriberRow,
  subscriberQuestion,
} from './subscriber-queries.ts';

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
): Promise<SubscriberRow | null> {
  return (await ask(tx.$client, { known: byKeyQuestion(pageId, key) })).known;
}

/** Whether an address is a subscriber's of the page, and whether its owner was erased from it. */
function addressQuestions({ secrets }: Manager, pageId: string, email: string) {
  const key = emailKey(email);
  const erased =
    'select json_quote(erased_at) as answer from erasures where page_id = ? and address_hash = ?';
  return {
    taken: byKeyQuestion(pageId, key),
    erased: question<number>(erased, pageId, erasureHash(secrets, pageId, key)),
  };
}

/** Refuses an address that is another's already, or whose owner was erased. @throws DomainError conflict */
function assertFree({ taken, erased }: Answers<ReturnType<typeof addressQuestions>>, self: string): void {
  if (taken?.status === 'unsubscribed' && taken.id !== self)
    throw conflict('This address has unsubscribed. Only its owner can come back, by subscribing again.');
  if (taken && taken.id !== self) throw conflict('This address is a subscriber already.');
  if (erased !== null)
    throw conflict('This address was erased. Only its owner can come back, by subscribing again.');
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
): Promise<Outcome<string, Subscriber>> {
  const { email, component_ids: chosen = [] } = input;
  const address = addressQuestions(manager, pageId, email);
  const asked = { named: namedQuestion(pageId, chosen), ...address };
  return changeKnowing(manager, actor, pageId, 'subscriber.created', asked, async (unit, known) => {
    const { tx, now } = unit;
    const { named = [], taken } = known;
    assertNamed(named, chosen, 'component_ids');
    const returning = taken?.status === 'active' && taken.suppressedAt !== null ? taken : null;
    if (!returning) assertFree(known, '');
    const facts = {
      ...{ email, wholePage: chosen.length === 0, source: 'managed' as const, updatedAt: now },
      ...{ suppressedReason: null, suppressedAt: null },
    };
    const row: SubscriberRow = {
      ...(returning ?? newcomer(pageId, email, now)),
      ...facts,
    };
    if (returning) unit.write(tx.update(subscribers).set(facts).where(eq(subscribers.id, row.id)));
    else unit.write(tx.insert(subscribers).values(row));
    writeChoice(unit, row.id, chosen);
    return { value: row.id, after: { ...row, componentIds: named }, subjectId: row.id };
  });
}

function newcomer(pageId: string, email: string, now: number) {
  return {
    ...{ id: newId(), pageId, emailKey: emailKey(email), status: 'active' as const },
    ...{ verifiedAt: null, unsubscribedAt: null, createdAt: now },
  };
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
): Promise<Outcome<string, Subscriber>> {
  const { email, component_ids: chosen, status } = input;
  const address = email === undefined ? undefined : addressQuestions(manager, pageId, email);
  const asked = {
    subscriber: subscriberQuestion(pageId, id),
    ...{ named: namedQuestion(pageId, chosen), taken: address?.taken, erased: address?.erased },
  };
  return changeKnowing(manager, actor, pageId, 'subscriber.updated', asked, async (unit, known) => {
    const { subscriber: before, named = [], taken = null, erased = null } = known;
    const { tx, now } = unit;
    assertNamed(named, chosen ?? [], 'component_ids');
    if (status === 'active' && before.status === 'unsubscribed')
      throw conflict('This subscriber has left. Only they themselves can come back, by subscribing again.');
    const moves = email !== undefined && emailKey(email) !== before.emailKey;
    if (moves) assertFree({ taken, erased }, id);
    const leaves = status === 'unsubscribed' && before.status === 'active';
    const changed = {
      updatedAt: now,
      ...(email === undefined ? {} : { email, emailKey: emailKey(email) }),
      ...(chosen ? { wholePage: chosen.length === 0 } : {}),
      ...(moves || status === 'active' ? { suppressedReason: null, suppressedAt: null } : {}),
      ...(leaves ? { status, unsubscribedAt: now } : {}),
    };
    unit.write(tx.update(subscribers).set(changed).where(eq(subscribers.id, id)));
    if (chosen) writeChoice(unit, id, chosen);
    if (leaves) cancelDeliveries(unit, id);
    return {
      value: id,
      after: { ...before, ...changed, ...(chosen ? { componentIds: named } : {}) },
      subjectId: id,
      details: { fields: Object.keys(input) },
    };
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
  const asked = { subscriber: subscriberQuestion(pageId, id), letters: waitingQuestion(pageId) };
  return changeKnowing(manager, actor, pageId, 'subscriber.erased', asked, async (unit, known) => {
    const { tx, now } = unit;
    const { emailKey: key, createdAt } = known.subscriber;
    const addressHash = erasureHash(manager.secrets, pageId, key);
    cancelDeliveries(unit, id);
    unit.write(
      ...cancelLettersTo(manager, tx, known.letters, key),
      ...forgetAnswersAbout(tx, id, key, createdAt),
    );
    unit.write(
      tx.delete(subscribers).where(eq(subscribers.id, id)),
      tx.delete(signUps).where(and(eq(signUps.pageId, pageId), eq(signUps.emailKey, key))),
      tx.insert(erasures).values({ pageId, addressHash, erasedAt: now }).onConflictDoNothing(),
    );
    return { value: null, after: null, subjectId: id };
  });
}
