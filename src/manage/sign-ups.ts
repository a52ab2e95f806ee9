/**
 * Double opt-in. What holds here:
 *
 * 1. Nobody learns whether an address is known: whatever is known of it, the same rows are written, and what differs is
 *    what stands in the mail.
 * 2. Nothing changes before the link in the mail was used: once, within a day.
 * 3. What is counted is counted in the transaction that queues the mail.
 */
import { hash, randomBytes } from 'node:crypto';
import { and, eq, inArray, isNull, lte } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { erasures, signUps, subscribers } from '../../db/messages.ts';
import { countHit, hitsOf, type Limit, sweepHits } from '../auth/limits.ts';
import { emailKey, mailboxKey } from '../domain/email-address.ts';
import { DomainError } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import type { SubscriberCreate } from '../domain/subscriber-input.ts';
import { subscriberToken } from '../domain/subscriber-token.ts';
import type { Manager } from './command.ts';
import { componentsOn } from './component-questions.ts';
import { queueLetter } from './letters.ts';
import { erasureHash, subscriberByKey, writeChoice } from './subscribers.ts';
import { changeBySubscriber } from './subscriptions.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const TOKEN_BYTES = 32;

/** The limits of the contract's section 4. */
const PER_CLIENT: Limit = { name: 'sign-up client', most: 20, windowMs: HOUR_MS };
const PER_PAGE: Limit = { name: 'sign-up page', most: 1, windowMs: 5 * MINUTE_MS };
const PER_PAGE_AND_DAY: Limit = { name: 'sign-up page day', most: 3, windowMs: DAY_MS };
const PER_ADDRESS: Limit = { name: 'sign-up address', most: 5, windowMs: HOUR_MS };

/** Who signs up too often, and for how long they have to wait. */
export class TooManySignUpsError extends Error {
  constructor(readonly retryAfterMs: number) {
    super('Too many sign-ups came from this address. Try again later.');
  }
}

const hashOf = (token: string) => hash('sha256', token);

/**
 * Takes a sign-up, and queues the mail that asks to verify it; to an active subscriber the link to their settings.
 * Beyond the limits of the address nothing is sent, and the caller does not learn of it.
 *
 * @param client whom sign-ups are counted for: an IPv4 address, or the /64 of an IPv6 one
 * @throws TooManySignUpsError for the client; DomainError invalid (component_ids)
 */
export async function signUp(
  manager: Manager,
  pageId: string,
  input: SubscriberCreate,
  client: string,
): Promise<void> {
  const { secrets } = manager;
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const key = emailKey(input.email);
  await manager.store.write(async (tx) => {
    const now = manager.now();
    const wait = await countHit(tx, secrets, PER_CLIENT, client, now);
    if (wait !== null) throw new TooManySignUpsError(wait);
    const componentIds = await componentsOn(tx, pageId, input.component_ids ?? [], 'component_ids');
    const mayBeSent = await countMail(tx, manager, pageId, key, now);
    const known = await subscriberByKey(tx, pageId, key);
    const isActive = known?.status === 'active' && known.suppressedAt === null;
    const settings = subscriberToken(secrets, known?.id ?? newId());
    await tx.insert(signUps).values({
      ...{ id: newId(), tokenHash: hashOf(token), pageId, email: input.email, emailKey: key, componentIds },
      ...{ expiresAt: now + DAY_MS, createdAt: now },
    });
    await queueLetter(
      tx,
      manager,
      isActive
        ? { kind: 'subscription_settings', to: known.email, token: settings }
        : { kind: 'verify_subscription', to: input.email, token },
      pageId,
      mayBeSent,
    );
  });
  manager.letterQueued();
}

/** Counts a mail to an address, unless one of its limits is reached. */
async function countMail(
  tx: Database,
  { secrets }: Manager,
  pageId: string,
  key: string,
  now: number,
): Promise<boolean> {
  const counted: [Limit, string][] = [
    [PER_PAGE, `${pageId} ${key}`],
    [PER_PAGE_AND_DAY, `${pageId} ${key}`],
    [PER_ADDRESS, mailboxKey(key)],
  ];
  let room = true;
  for (const [limit, who] of counted)
    if ((await hitsOf(tx, secrets, limit, who, now)) >= limit.most) room = false;
  if (room) for (const [limit, who] of counted) await countHit(tx, secrets, limit, who, now);
  return room;
}

/**
 * Makes a sign-up a subscription: also of who had left, was erased or whose mailbox was unknown.
 *
 * @returns the subscriber's id
 * @throws DomainError malformed for a token that is unknown, used, expired or another page's
 */
export async function verifySignUp(manager: Manager, pageId: string, token: string): Promise<string> {
  return changeBySubscriber(manager, pageId, 'subscriber.verified', async (unit) => {
    const { tx, now } = unit;
    const [found] = await tx
      .select()
      .from(signUps)
      .where(and(eq(signUps.tokenHash, hashOf(token)), eq(signUps.pageId, pageId), isNull(signUps.usedAt)));
    if (!found || found.expiresAt <= now)
      throw new DomainError('malformed', 'This link has been used already, or is older than a day.');
    const known = await subscriberByKey(tx, pageId, found.emailKey);
    const id = known?.id ?? newId();
    const facts = {
      ...{ email: found.email, status: 'active' as const, wholePage: found.componentIds.length === 0 },
      ...{ source: 'verified' as const, verifiedAt: now, updatedAt: now },
      ...{ unsubscribedAt: null, suppressedReason: null, suppressedAt: null },
    };
    unit.write(
      tx.update(signUps).set({ usedAt: now }).where(eq(signUps.id, found.id)),
      known
        ? tx.update(subscribers).set(facts).where(eq(subscribers.id, id))
        : tx.insert(subscribers).values({ id, pageId, emailKey: found.emailKey, createdAt: now, ...facts }),
      tx
        .delete(erasures)
        .where(
          and(
            eq(erasures.pageId, pageId),
            eq(erasures.addressHash, erasureHash(manager.secrets, pageId, found.emailKey)),
          ),
        ),
    );
    // What was deleted since is followed by nobody.
    writeChoice(unit, id, await componentsOn(tx, pageId, found.componentIds, null));
    return { value: id, subjectId: id };
  });
}

/** The address and the choice of a sign-up that waits for its click. @throws DomainError malformed as `verifySignUp` */
export async function findSignUp(
  manager: Manager,
  pageId: string,
  token: string,
): Promise<{ email: string } | null> {
  const [found] = await manager.store.read
    .select({ email: signUps.email, expiresAt: signUps.expiresAt })
    .from(signUps)
    .where(and(eq(signUps.tokenHash, hashOf(token)), eq(signUps.pageId, pageId), isNull(signUps.usedAt)));
  return found && found.expiresAt > manager.now() ? { email: found.email } : null;
}

/** Forgets sign-ups whose day is over, and hits that no limit looks back to: some at a time, so as to hold nobody up. */
export async function forgetSignUps(manager: Manager): Promise<void> {
  const before = manager.now() - DAY_MS;
  let gone: number;
  do {
    gone = await manager.store.write(async (tx) => {
      const old = tx
        .select({ id: signUps.id })
        .from(signUps)
        .where(lte(signUps.createdAt, before))
        .limit(1_000);
      const { rowsAffected } = await tx.delete(signUps).where(inArray(signUps.id, old));
      return rowsAffected + (await sweepHits(tx, before));
    });
  } while (gone > 0);
}
