/** Invitations: a letter with a link that is good once, for a week. The database holds the hash of its token. */
import { hash, randomBytes } from 'node:crypto';
import { and, count, eq, gt, isNull } from 'drizzle-orm';
import { accountTokens, type Role } from '../../db/accounts.ts';
import type { Database } from '../../db/client.ts';
import { ask, type Question, question, writeTogether } from '../../db/question.ts';
import { organizations } from '../../db/schema.ts';
import { rowReader, statement } from '../../db/statement.ts';
import { emailKey } from '../domain/email-address.ts';
import { conflict, DomainError, notFound } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import { noteAccount } from './account-note.ts';
import type { Manager } from './command.ts';
import { letterToQueue } from './letters.ts';
import { assertGrantable, type Grantor, insertMember, type MemberRow, reachableQuestion } from './members.ts';
import type { Listed, Slice } from './queries.ts';

type TokenRow = typeof accountTokens.$inferSelect;
/** An invitation, which always has a role. */
export type InvitationRow = TokenRow & { role: Role };

const GOOD_FOR_MS = 7 * 24 * 60 * 60 * 1000;

const open = (now: number) =>
  and(eq(accountTokens.kind, 'invitation'), isNull(accountTokens.usedAt), gt(accountTokens.expiresAt, now));
const ofOrganization = (organizationId: string, now: number) =>
  and(eq(accountTokens.organizationId, organizationId), open(now));

/** Those that nobody has taken up yet, and whose time is not over. */
export async function listInvitations(
  read: Database,
  organizationId: string,
  slice: Slice,
  now: number,
): Promise<Listed<InvitationRow>> {
  const where = ofOrganization(organizationId, now);
  const [[total], items] = await read.batch([
    read.select({ n: count() }).from(accountTokens).where(where),
    read
      .select()
      .from(accountTokens)
      .where(where)
      .orderBy(accountTokens.id)
      .limit(slice.limit)
      .offset(slice.offset),
  ]);
  return { total: total!.n, items: items as InvitationRow[] };
}

const reader = rowReader(accountTokens);
const INVITATION = `select ${reader.json} as invitation from account_tokens where organization_id = ? and id = ?
  and kind = 'invitation' and used_at is null and expires_at > ?`;

/** Its reading throws DomainError not_found. */
function invitationQuestion(organizationId: string, id: string, now: number): Question<InvitationRow> {
  return {
    statement: statement(INVITATION, organizationId, id, now),
    read(rows) {
      if (!rows[0]) throw notFound('Invitation');
      return reader.read(rows[0].invitation as string) as InvitationRow;
    },
  };
}

/** @throws DomainError not_found */
export async function getInvitation(
  read: Database,
  organizationId: string,
  id: string,
  now: number,
): Promise<InvitationRow> {
  const asked = { invitation: invitationQuestion(organizationId, id, now) };
  return (await ask(read.$client, asked)).invitation;
}

interface Around {
  /** The organization's name; null of one that is gone. */
  organization: string | null;
  isMember: boolean;
  /** What people call whoever acts; null of a key and of the operator. */
  invitedBy: string | null;
}

const AROUND = `select json_object('organization', (select name from organizations where id = ?1),
  'isMember', json(iif(exists (select 1 from users where organization_id = ?1 and email_key = ?2), 'true', 'false')),
  'invitedBy', (select coalesce(name, email) from users where id = ?3)) as answer`;

/** What stands around an invitation. */
function aroundQuestion(organizationId: string, key: string, actorName: string): Question<Around> {
  const userId = actorName.startsWith('user:') ? actorName.slice('user:'.length) : '';
  const { statement, read } = question<Around>(AROUND, organizationId, key, userId);
  return { statement, read: (rows) => read(rows)! };
}

/**
 * Invites somebody; an earlier invitation to that address is void. Whether the address has an account with another
 * organization is not told.
 *
 * @throws DomainError forbidden, invalid, conflict when it is a member's
 */
export async function invite(
  manager: Manager,
  grantor: Grantor,
  input: { email: string; role: Role; pageIds: string[] | null },
): Promise<InvitationRow> {
  const { actor } = grantor;
  const { organizationId } = actor;
  const token = randomBytes(32).toString('base64url');
  const key = emailKey(input.email);
  const asked = {
    reachable: reachableQuestion(organizationId, input.pageIds),
    around: aroundQuestion(organizationId, key, actor.name),
  };
  const row = await manager.store.write(async (tx) => {
    const { reachable, around } = await ask(tx.$client, asked);
    assertGrantable(grantor, input, reachable);
    const { organization, isMember, invitedBy } = around;
    if (organization === null) throw notFound('Organization');
    if (isMember) throw conflict(`${input.email} is a member already.`);
    const now = manager.now();
    const made: InvitationRow = {
      id: newId(),
      tokenHash: hash('sha256', token, 'hex'),
      kind: 'invitation',
      organizationId,
      userId: null,
      ...{ email: input.email, emailKey: key, role: input.role, pageIds: input.pageIds },
      ...{ invitedBy: actor.name, expiresAt: now + GOOD_FOR_MS, usedAt: null, createdAt: now },
    };
    const details = { email: made.email, role: made.role, page_ids: made.pageIds };
    const letter = { kind: 'invitation' as const, to: made.email, token, expiresAt: made.expiresAt };
    await writeTogether(tx, [
      tx.delete(accountTokens).where(and(ofOrganization(organizationId, 0), eq(accountTokens.emailKey, key))),
      tx.insert(accountTokens).values(made),
      noteAccount(tx, actor, 'invitation.created', made.id, details, now),
      letterToQueue(tx, manager, { ...letter, organization, invitedBy }, null),
    ]);
    return made;
  });
  manager.letterQueued();
  return row;
}

/** Its link opens nothing any more. @throws DomainError not_found, forbidden */
export async function withdrawInvitation(
  manager: Manager,
  { actor, roles }: Grantor,
  id: string,
): Promise<void> {
  await manager.store.write(async (tx) => {
    const now = manager.now();
    const { row } = await ask(tx.$client, { row: invitationQuestion(actor.organizationId, id, now) });
    if (!roles.includes(row.role))
      throw new DomainError('forbidden', `The role ${row.role} is beyond your own.`);
    await writeTogether(tx, [
      tx.delete(accountTokens).where(eq(accountTokens.id, id)),
      noteAccount(tx, actor, 'invitation.withdrawn', id, { email: row.email }, now),
    ]);
  });
}

/** What a token invites to; null of one that is unknown, used, withdrawn or too old. */
export async function findInvitation(
  read: Database,
  token: string,
  now: number,
): Promise<{ id: string; email: string; role: Role; organization: string; organizationId: string } | null> {
  const [row] = await read
    .select({ token: accountTokens, organization: organizations.name })
    .from(accountTokens)
    .innerJoin(organizations, eq(organizations.id, accountTokens.organizationId))
    .where(and(open(now), eq(accountTokens.tokenHash, hash('sha256', token, 'hex'))));
  if (!row) return null;
  const { id, email, role, organizationId } = row.token as InvitationRow;
  return { id, email, role, organizationId, organization: row.organization };
}

/**
 * Makes a member of whoever holds the link.
 *
 * @throws DomainError conflict when it was used, withdrawn or is too old, and when the address has an account by now
 */
export async function acceptInvitation(
  manager: Manager,
  input: { token: string; name: string | null; passwordHash: string },
): Promise<MemberRow> {
  return manager.store.write(async (tx) => {
    const now = manager.now();
    const [taken] = await tx
      .update(accountTokens)
      .set({ usedAt: now })
      .where(and(open(now), eq(accountTokens.tokenHash, hash('sha256', input.token, 'hex'))))
      .returning();
    if (!taken) throw conflict('This invitation was used, or is no longer good. Ask for a new one.');
    const { organizationId, email, role, pageIds } = taken as InvitationRow;
    const { name, passwordHash } = input;
    return insertMember(tx, null, { organizationId, email, role, pageIds, name, passwordHash }, now);
  });
}
