/**
 * Signing in. What holds here:
 *
 * 1. A failure says the same, and costs the same work, whether or not somebody has that address.
 * 2. Failures are counted before the password is looked at, so that many at once can't slip through; a success takes
 *    its own back. They count per account and client together, so that nobody locks another out from afar.
 * 3. Codes of the second factor count per account alone: whoever tries them knows the password.
 */
import { hash } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { users } from '../../db/accounts.ts';
import type { Database } from '../../db/client.ts';
import { auditEvents } from '../../db/schema.ts';
import type { Store } from '../../db/transaction.ts';
import { emailKey } from '../domain/email-address.ts';
import { TooManyError } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import type { Secrets } from '../domain/secrets.ts';
import { clearHits, countHit, type Limit, takeBackHit } from './limits.ts';
import type { Passwords } from './passwords.ts';
import { useCode } from './second-factor.ts';
import type { Sessions } from './session.ts';
import type { UserRow } from './session-adapter.ts';

const MINUTE = 60_000;
const PER_ACCOUNT_AND_CLIENT: Limit = { name: 'sign-in account and client', most: 10, windowMs: 15 * MINUTE };
const PER_CLIENT: Limit = { name: 'sign-in client', most: 100, windowMs: 60 * MINUTE };
const CODES_PER_ACCOUNT: Limit = { name: 'sign-in code', most: 10, windowMs: 15 * MINUTE };

const CONFIRMATIONS: Limit = { name: 'confirm password', most: 10, windowMs: 15 * MINUTE };
const RESETS_PER_CLIENT: Limit = { name: 'password reset client', most: 20, windowMs: 60 * MINUTE };
const RESETS_PER_ACCOUNT: Limit = { name: 'password reset account', most: 5, windowMs: 60 * MINUTE };

const TICKET = 'sign-in ticket';
const TICKET_MS = 10 * MINUTE;

export interface SignInDesk {
  store: Store;
  secrets: Secrets;
  sessions: Pick<Sessions, 'start'>;
  passwords: Passwords;
  now(): number;
}

/** From where somebody signs in. */
export interface Visitor {
  /** As limits count it: see `limitKey`. */
  client: string;
  userAgent: string | null;
  requestId: string;
}

export type SignInOutcome =
  | { kind: 'signed_in'; user: UserRow; cookie: string }
  /** Wrong address or password; nothing more is said. */
  | { kind: 'refused' }
  /** The password is right, and a code of the second factor is needed: here it is, or it was wrong. */
  | { kind: 'code_needed'; ticket: string; wrong: boolean };

/** By address and password, and the code of the second factor where there is one. @throws TooManyError */
export async function signIn(
  desk: SignInDesk,
  input: { email: string; password: string; code?: string | undefined },
  visitor: Visitor,
): Promise<SignInOutcome> {
  const { store, secrets, passwords } = desk;
  const key = emailKey(input.email);
  const pair = `${key}\n${visitor.client}`;
  const counted = desk.now();
  await store.write(async (tx) => {
    await assertRoom(tx, secrets, PER_CLIENT, visitor.client, counted);
    await assertRoom(tx, secrets, PER_ACCOUNT_AND_CLIENT, pair, counted);
  });
  const [user] = await store.read.select().from(users).where(eq(users.emailKey, key));
  const right = await passwords.matches(input.password, user?.passwordHash ?? null);
  if (!user || !right) return { kind: 'refused' };
  await store.write(async (tx) => {
    await takeBackHit(tx, secrets, PER_CLIENT, visitor.client, counted);
    await clearHits(tx, secrets, PER_ACCOUNT_AND_CLIENT, pair);
  });
  return admit(desk, user.id, digestOf(user), input.code, visitor);
}

/** The second step: the ticket of the first, and a code. @throws TooManyError */
export async function signInWithCode(
  desk: SignInDesk,
  input: { ticket: string; code: string },
  visitor: Visitor,
): Promise<SignInOutcome> {
  const ticket = openTicket(desk, input.ticket);
  if (!ticket || ticket.until <= desk.now()) return { kind: 'refused' };
  return admit(desk, ticket.userId, ticket.password, input.code, visitor);
}

/**
 * Whether somebody who is signed in knows their password: to be asked before what a stolen session must not do.
 *
 * @throws TooManyError
 */
export async function confirmPassword(
  { store, secrets, passwords, now }: Omit<SignInDesk, 'sessions'>,
  user: Pick<UserRow, 'id' | 'passwordHash'>,
  password: string,
): Promise<boolean> {
  await store.write((tx) => assertRoom(tx, secrets, CONFIRMATIONS, user.id, now()));
  const right = await passwords.matches(password, user.passwordHash);
  if (right) await store.write((tx) => clearHits(tx, secrets, CONFIRMATIONS, user.id));
  return right;
}

/**
 * Counts a wish for a link to reset a password.
 *
 * @returns false when this account got enough of them: say nothing of it, and send none
 * @throws TooManyError for the client, whatever addresses it names
 */
export async function countReset(
  { store, secrets, now }: Pick<SignInDesk, 'store' | 'secrets' | 'now'>,
  email: string,
  client: string,
): Promise<boolean> {
  return store.write(async (tx) => {
    await assertRoom(tx, secrets, RESETS_PER_CLIENT, client, now());
    return (await countHit(tx, secrets, RESETS_PER_ACCOUNT, emailKey(email), now())) === null;
  });
}

/** Starts the session of somebody whose password was right, unless the second factor is in the way. */
async function admit(
  desk: SignInDesk,
  userId: string,
  password: string,
  code: string | undefined,
  visitor: Visitor,
): Promise<SignInOutcome> {
  const { store, secrets, sessions } = desk;
  return store.write(async (tx): Promise<SignInOutcome> => {
    const now = desk.now();
    const [user] = await tx.select().from(users).where(eq(users.id, userId));
    // Removed, or given a new password, in between.
    if (!user || digestOf(user) !== password) return { kind: 'refused' };
    if (user.totpSince !== null) {
      const ticket = sealTicket(desk, user, now);
      if (code === undefined || code === '') return { kind: 'code_needed', ticket, wrong: false };
      await assertRoom(tx, secrets, CODES_PER_ACCOUNT, user.id, now);
      if (!(await useCode(tx, secrets, user, code, now))) return { kind: 'code_needed', ticket, wrong: true };
      await clearHits(tx, secrets, CODES_PER_ACCOUNT, user.id);
    }
    const cookie = await sessions.start(tx, user.id, visitor.userAgent);
    await tx.insert(auditEvents).values({
      id: newId(),
      organizationId: user.organizationId,
      pageId: null,
      actor: `user:${user.id}`,
      action: 'session.created',
      subjectId: user.id,
      details: { second_factor: user.totpSince !== null },
      requestId: visitor.requestId,
      createdAt: now,
    });
    return { kind: 'signed_in', user, cookie };
  });
}

/** Tells one password of a user from the next. */
const digestOf = (user: UserRow) => hash('sha256', user.passwordHash, 'hex');

interface Ticket {
  userId: string;
  password: string;
  until: number;
}

function sealTicket({ secrets }: SignInDesk, user: UserRow, now: number): string {
  const ticket: Ticket = { userId: user.id, password: digestOf(user), until: now + TICKET_MS };
  return secrets.seal(TICKET, JSON.stringify(ticket));
}

/** Null of what we have not sealed. */
function openTicket({ secrets }: SignInDesk, sealed: string): Ticket | null {
  try {
    return JSON.parse(secrets.open(TICKET, sealed)) as Ticket;
  } catch {
    return null;
  }
}

/** @throws TooManyError */
async function assertRoom(
  tx: Database,
  secrets: Secrets,
  limit: Limit,
  who: string,
  now: number,
): Promise<void> {
  const wait = await countHit(tx, secrets, limit, who, now);
  if (wait === null) return;
  const minutes = Math.ceil(wait / MINUTE);
  const when = minutes === 1 ? 'a minute' : `${minutes} minutes`;
  throw new TooManyError(`Too many attempts. Try again in ${when}.`, wait);
}
