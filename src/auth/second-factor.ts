/**
 * The second factor: a time-based code (RFC 6238, 6 digits, 30 s), or one of ten recovery codes. What holds here:
 *
 * 1. No code is good twice: the last counter used is kept, and what is not later is refused.
 * 2. A recovery code is kept as its SHA-256 and used up by one conditional UPDATE.
 * 3. The secret lies encrypted in the database; it counts from `totpSince` on, once a code has confirmed it.
 */
import { hash, randomInt } from 'node:crypto';
import { and, count, eq, isNull } from 'drizzle-orm';
import { Secret, TOTP } from 'otpauth';
import { recoveryCodes, users } from '../../db/accounts.ts';
import type { Database } from '../../db/client.ts';
import { auditEvents } from '../../db/schema.ts';
import type { Store } from '../../db/transaction.ts';
import { conflict, invalid, notFound } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import type { Secrets } from '../domain/secrets.ts';
import type { UserRow } from './session-adapter.ts';

const SEAL = 'second factor';
const ISSUER = 'Daymark';
const SECRET_BYTES = 20;
const PERIOD_S = 30;
/** Clocks of telephones may be off by so many periods. */
const WINDOW = 1;
const RECOVERY_CODES = 10;
const RECOVERY_LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const RECOVERY_LENGTH = 12;

export interface Keeper {
  store: Pick<Store, 'write'>;
  secrets: Secrets;
  now(): number;
}

function totpOf(secret: Secret, label: string): TOTP {
  return new TOTP({ issuer: ISSUER, label, secret, digits: 6, period: PERIOD_S, algorithm: 'SHA1' });
}

const plain = (code: string) => code.replace(/[\s-]/g, '').toLowerCase();

/** The counter that a code is of, or null of a wrong one. */
function counterOf(secrets: Secrets, user: UserRow, code: string, now: number): number | null {
  if (user.sealedTotp === null || !/^\d{6}$/.test(plain(code))) return null;
  const totp = totpOf(Secret.fromBase32(secrets.open(SEAL, user.sealedTotp)), user.email);
  const delta = totp.validate({ token: plain(code), timestamp: now, window: WINDOW });
  return delta === null ? null : Math.floor(now / 1000 / PERIOD_S) + delta;
}

/**
 * Uses up a code of the second factor, in the transaction of the sign-in.
 *
 * @param user as read in this transaction @returns false of one that is wrong, or was used before
 */
export async function useCode(
  tx: Database,
  secrets: Secrets,
  user: UserRow,
  code: string,
  now: number,
): Promise<boolean> {
  const counter = counterOf(secrets, user, code, now);
  if (counter !== null) {
    if (user.totpCounter !== null && counter <= user.totpCounter) return false;
    await tx.update(users).set({ totpCounter: counter }).where(eq(users.id, user.id));
    return true;
  }
  const used = await tx
    .update(recoveryCodes)
    .set({ usedAt: now })
    .where(
      and(
        eq(recoveryCodes.userId, user.id),
        eq(recoveryCodes.hash, hash('sha256', plain(code), 'hex')),
        isNull(recoveryCodes.usedAt),
      ),
    )
    .returning({ hash: recoveryCodes.hash });
  return used.length > 0;
}

async function userOf(tx: Database, userId: string): Promise<UserRow> {
  const [user] = await tx.select().from(users).where(eq(users.id, userId));
  if (!user) throw notFound('Member');
  return user;
}

/**
 * Makes a new secret, which counts for nothing before `confirmSecondFactor`.
 *
 * @returns what an authenticator takes: as text to type, and as the address for a QR code
 * @throws DomainError conflict while a second factor is in use
 */
export async function beginSecondFactor(
  { store, secrets, now }: Keeper,
  userId: string,
): Promise<{ secret: string; uri: string }> {
  const secret = new Secret({ size: SECRET_BYTES });
  return store.write(async (tx) => {
    const user = await userOf(tx, userId);
    if (user.totpSince !== null) throw conflict('The second factor is in use. Switch it off first.');
    await tx
      .update(users)
      .set({ sealedTotp: secrets.seal(SEAL, secret.base32), totpCounter: null, updatedAt: now() })
      .where(eq(users.id, userId));
    return { secret: secret.base32, uri: totpOf(secret, user.email).toString() };
  });
}

/** The secret that waits to be confirmed, to be shown again; null when none does. */
export function pendingSecondFactor(secrets: Secrets, user: UserRow): { secret: string; uri: string } | null {
  if (user.sealedTotp === null || user.totpSince !== null) return null;
  const secret = Secret.fromBase32(secrets.open(SEAL, user.sealedTotp));
  return { secret: secret.base32, uri: totpOf(secret, user.email).toString() };
}

/**
 * Takes the second factor into use, once a code shows that the authenticator has the secret.
 *
 * @returns recovery codes, which are nowhere else
 * @throws DomainError invalid (`code`) of a wrong code, conflict when nothing waits to be confirmed
 */
export async function confirmSecondFactor(
  { store, secrets, now }: Keeper,
  userId: string,
  code: string,
): Promise<string[]> {
  return store.write(async (tx) => {
    const user = await userOf(tx, userId);
    if (user.sealedTotp === null || user.totpSince !== null)
      throw conflict('There is no second factor to confirm. Begin again.');
    const at = now();
    const counter = counterOf(secrets, user, code, at);
    if (counter === null)
      throw invalid(['code'], 'That is not the code of this moment. Look whether the clock is right.');
    await tx
      .update(users)
      .set({ totpSince: at, totpCounter: counter, updatedAt: at })
      .where(eq(users.id, userId));
    await note(tx, user, 'second_factor.enabled', at);
    return replaceCodes(tx, userId);
  });
}

/** New recovery codes; the old ones open nothing any more. @throws DomainError conflict without a second factor */
export async function renewRecoveryCodes({ store, now }: Keeper, userId: string): Promise<string[]> {
  return store.write(async (tx) => {
    const user = await userOf(tx, userId);
    if (user.totpSince === null) throw conflict('There is no second factor in use.');
    await note(tx, user, 'recovery_codes.renewed', now());
    return replaceCodes(tx, userId);
  });
}

/** Switches the second factor off. Ask for the password before. */
export async function disableSecondFactor({ store, now }: Keeper, userId: string): Promise<void> {
  await store.write(async (tx) => {
    const user = await userOf(tx, userId);
    const at = now();
    await tx
      .update(users)
      .set({ sealedTotp: null, totpSince: null, totpCounter: null, updatedAt: at })
      .where(eq(users.id, userId));
    await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
    if (user.totpSince !== null) await note(tx, user, 'second_factor.disabled', at);
  });
}

/** How many recovery codes are left. */
export async function recoveryCodesLeft(read: Database, userId: string): Promise<number> {
  const [row] = await read
    .select({ n: count() })
    .from(recoveryCodes)
    .where(and(eq(recoveryCodes.userId, userId), isNull(recoveryCodes.usedAt)));
  return row!.n;
}

async function replaceCodes(tx: Database, userId: string): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
  await tx
    .insert(recoveryCodes)
    .values(codes.map((code) => ({ userId, hash: hash('sha256', plain(code), 'hex'), usedAt: null })));
  return codes;
}

/** 59 random bits, in groups of four: `k7mq-2xhd-9vtr`. */
function newRecoveryCode(): string {
  let text = '';
  for (let place = 0; place < RECOVERY_LENGTH; place++) {
    if (place > 0 && place % 4 === 0) text += '-';
    text += RECOVERY_LETTERS[randomInt(RECOVERY_LETTERS.length)];
  }
  return text;
}

async function note(tx: Database, user: UserRow, action: string, at: number): Promise<void> {
  await tx.insert(auditEvents).values({
    id: newId(),
    organizationId: user.organizationId,
    pageId: null,
    actor: `user:${user.id}`,
    action,
    subjectId: user.id,
    details: {},
    createdAt: at,
  });
}
