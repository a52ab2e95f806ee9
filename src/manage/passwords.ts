/** Changing and resetting passwords. A changed password ends sessions, and voids the links that were sent before. */
import { hash, randomBytes } from 'node:crypto';
import { and, eq, gt, isNull, lte, ne } from 'drizzle-orm';
import { accountTokens, sessions, users } from '../../db/accounts.ts';
import type { Database } from '../../db/client.ts';
import { emailKey } from '../domain/email-address.ts';
import { conflict, notFound } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import { noteAccount } from './account-note.ts';
import type { Manager } from './command.ts';
import { queueLetter } from './letters.ts';

const GOOD_FOR_MS = 60 * 60 * 1000;

const open = (token: string, now: number) =>
  and(
    eq(accountTokens.kind, 'password_reset'),
    eq(accountTokens.tokenHash, hash('sha256', token, 'hex')),
    isNull(accountTokens.usedAt),
    gt(accountTokens.expiresAt, now),
  );

/** Sends a link that is good once, for an hour, when somebody has this address. Answer alike, whatever it did. */
export async function requestPasswordReset(manager: Manager, email: string): Promise<void> {
  const token = randomBytes(32).toString('base64url');
  await manager.store.write(async (tx) => {
    const [user] = await tx
      .select()
      .from(users)
      .where(eq(users.emailKey, emailKey(email)));
    if (!user) return;
    const now = manager.now();
    const expiresAt = now + GOOD_FOR_MS;
    await tx.insert(accountTokens).values({
      id: newId(),
      tokenHash: hash('sha256', token, 'hex'),
      kind: 'password_reset',
      organizationId: user.organizationId,
      userId: user.id,
      ...{ email: user.email, emailKey: user.emailKey, role: null, pageIds: null, invitedBy: null },
      ...{ expiresAt, usedAt: null, createdAt: now },
    });
    await queueLetter(tx, manager, { kind: 'password_reset', to: user.email, token, expiresAt }, null);
  });
  manager.letterQueued();
}

/** Whose password a link resets; null of one that is unknown, used or too old. */
export async function findPasswordReset(
  read: Database,
  token: string,
  now: number,
): Promise<{ email: string } | null> {
  const [row] = await read.select({ email: accountTokens.email }).from(accountTokens).where(open(token, now));
  return row ?? null;
}

/** Sets a new password by a link. All sessions end. @throws DomainError conflict when the link is no longer good */
export async function resetPassword(
  manager: Manager,
  input: { token: string; passwordHash: string; requestId: string },
): Promise<void> {
  await manager.store.write(async (tx) => {
    const now = manager.now();
    const [used] = await tx
      .update(accountTokens)
      .set({ usedAt: now })
      .where(open(input.token, now))
      .returning({ userId: accountTokens.userId });
    if (!used?.userId) throw conflict('This link was used, or is no longer good. Ask for a new one.');
    await setPassword(tx, used.userId, input, 'password.reset', null, now);
  });
}

/** Sets a new password; all sessions but the one it is done in end. Ask for the old password before. */
export async function changePassword(
  manager: Manager,
  userId: string,
  input: { passwordHash: string; keptSession: string; requestId: string },
): Promise<void> {
  await manager.store.write((tx) =>
    setPassword(tx, userId, input, 'password.changed', input.keptSession, manager.now()),
  );
}

async function setPassword(
  tx: Database,
  userId: string,
  { passwordHash, requestId }: { passwordHash: string; requestId: string },
  action: string,
  keptSession: string | null,
  now: number,
): Promise<void> {
  const [user] = await tx
    .update(users)
    .set({ passwordHash, updatedAt: now })
    .where(eq(users.id, userId))
    .returning();
  if (!user) throw notFound('Member');
  const kept = keptSession === null ? undefined : ne(sessions.id, keptSession);
  await tx.delete(sessions).where(and(eq(sessions.userId, userId), kept));
  await tx.delete(accountTokens).where(and(eq(accountTokens.userId, userId), isNull(accountTokens.usedAt)));
  const actor = { organizationId: user.organizationId, name: `user:${userId}`, requestId };
  await noteAccount(tx, actor, action, userId, {}, now);
}

/** Ends all sessions of a user but one. @returns how many there were */
export async function endOtherSessions(manager: Manager, userId: string, kept: string): Promise<number> {
  const ended = await manager.store.write((tx) =>
    tx
      .delete(sessions)
      .where(and(eq(sessions.userId, userId), ne(sessions.id, kept)))
      .returning({ id: sessions.id }),
  );
  return ended.length;
}

/** Forgets sessions, invitations and links whose time is over. */
export async function forgetOldAccess(tx: Database, now: number): Promise<void> {
  await tx.delete(sessions).where(lte(sessions.expiresAt, now));
  await tx.delete(accountTokens).where(lte(accountTokens.expiresAt, now));
}
