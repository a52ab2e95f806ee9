/**
 * Members of an organization (contract, section 5). What holds here:
 *
 * 1. Nobody gives, changes or takes a role beyond their own.
 * 2. An organization that has an owner keeps one.
 * 3. Who is removed is out at once: their sessions go with them, and the invitations that they sent.
 */
import { and, count, eq } from 'drizzle-orm';
import { accountTokens, type Role, users } from '../../db/accounts.ts';
import type { Database } from '../../db/client.ts';
import { ask, type Question, question, writeTogether } from '../../db/question.ts';
import { rowReader, statement } from '../../db/statement.ts';
import { emailKey } from '../domain/email-address.ts';
import { conflict, DomainError, invalid, notFound } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import { noteAccount } from './account-note.ts';
import type { Actor, Manager } from './command.ts';
import type { Listed, Slice } from './queries.ts';

export type MemberRow = typeof users.$inferSelect;

/** Who manages members, and the roles that they may give, change and take. */
export interface Grantor {
  actor: Actor;
  roles: readonly Role[];
}

export async function listMembers(
  read: Database,
  organizationId: string,
  slice: Slice,
): Promise<Listed<MemberRow>> {
  const where = eq(users.organizationId, organizationId);
  const [[total], items] = await read.batch([
    read.select({ n: count() }).from(users).where(where),
    read.select().from(users).where(where).orderBy(users.id).limit(slice.limit).offset(slice.offset),
  ]);
  return { total: total!.n, items };
}

const reader = rowReader(users);
const MEMBER = `select ${reader.json} as member from users where organization_id = ? and id = ?`;

/** Its reading throws DomainError not_found. */
function memberQuestion(organizationId: string, id: string): Question<MemberRow> {
  return {
    statement: statement(MEMBER, organizationId, id),
    read(rows) {
      if (!rows[0]) throw notFound('Member');
      return reader.read(rows[0].member as string);
    },
  };
}

/** @throws DomainError not_found */
export async function getMember(read: Database, organizationId: string, id: string): Promise<MemberRow> {
  return (await ask(read.$client, { member: memberQuestion(organizationId, id) })).member;
}

const PAGES_THERE = `select json_group_array(id) as answer from pages where organization_id = ?1
  and id in (select value from json_each(coalesce(?2, (select page_ids from users where id = ?3), '[]')))`;

/** Those of the pages that are the organization's. @param memberId whose pages stay what they are where none are said */
export function reachableQuestion(
  organizationId: string,
  pageIds: readonly string[] | null | undefined,
  memberId = '',
): Question<string[]> {
  const said = pageIds === undefined ? null : JSON.stringify(pageIds ?? []);
  const { statement, read } = question<string[]>(PAGES_THERE, organizationId, said, memberId);
  return { statement, read: (rows) => read(rows)! };
}

function ownersQuestion(organizationId: string): Question<number> {
  const { statement, read } = question<number>(
    `select json_quote(count(*)) as answer from users where organization_id = ? and role = 'owner'`,
    organizationId,
  );
  return { statement, read: (rows) => read(rows)! };
}

/**
 * @param reachable what `reachableQuestion` answered
 * @throws DomainError forbidden of a role beyond the grantor's, invalid of pages that are not the organization's
 */
export function assertGrantable(
  { roles }: Grantor,
  wanted: { role: Role; pageIds: readonly string[] | null },
  reachable: readonly string[],
): void {
  if (!roles.includes(wanted.role))
    throw new DomainError('forbidden', `The role ${wanted.role} is beyond your own.`);
  if (wanted.pageIds === null) return;
  if (wanted.role === 'owner') throw invalid(['page_ids'], 'An owner has every page. Leave page_ids out.');
  const there = new Set(reachable);
  const missing = wanted.pageIds.findIndex((id) => !there.has(id));
  if (missing >= 0)
    throw invalid(['page_ids', missing], `There is no page ${wanted.pageIds[missing]}.`, 'not_found');
}

function assertAnotherOwner(member: MemberRow, owners: number): void {
  if (member.role !== 'owner' || owners > 1) return;
  throw conflict('This is the only owner. Make another member an owner first.');
}

/** Changes what a member may do, from their next request on. @throws DomainError not_found, forbidden, invalid, conflict */
export async function editMember(
  manager: Manager,
  grantor: Grantor,
  id: string,
  input: { role?: Role | undefined; pageIds?: string[] | null | undefined },
): Promise<MemberRow> {
  const { actor, roles } = grantor;
  const { organizationId } = actor;
  const asked = {
    ...{ member: memberQuestion(organizationId, id), owners: ownersQuestion(organizationId) },
    reachable: reachableQuestion(organizationId, input.pageIds, id),
  };
  return manager.store.write(async (tx) => {
    const { member, owners, reachable } = await ask(tx.$client, asked);
    if (!roles.includes(member.role))
      throw new DomainError('forbidden', `The role ${member.role} is beyond your own.`);
    const role = input.role ?? member.role;
    const pageIds = input.pageIds === undefined ? member.pageIds : input.pageIds;
    assertGrantable(grantor, { role, pageIds }, reachable);
    if (role !== 'owner') assertAnotherOwner(member, owners);
    const now = manager.now();
    const next = { ...member, role, pageIds, updatedAt: now };
    await writeTogether(tx, [
      tx.update(users).set({ role, pageIds, updatedAt: now }).where(eq(users.id, id)),
      noteAccount(tx, actor, 'member.updated', id, { role, page_ids: pageIds }, now),
    ]);
    return next;
  });
}

/** Removes a member, perhaps oneself. @throws DomainError not_found, forbidden, conflict of the only owner */
export async function removeMember(manager: Manager, { actor, roles }: Grantor, id: string): Promise<void> {
  const { organizationId } = actor;
  const asked = { member: memberQuestion(organizationId, id), owners: ownersQuestion(organizationId) };
  await manager.store.write(async (tx) => {
    const { member, owners } = await ask(tx.$client, asked);
    if (!roles.includes(member.role))
      throw new DomainError('forbidden', `The role ${member.role} is beyond your own.`);
    assertAnotherOwner(member, owners);
    await writeTogether(tx, [
      tx.delete(users).where(eq(users.id, id)),
      tx
        .delete(accountTokens)
        .where(and(eq(accountTokens.kind, 'invitation'), eq(accountTokens.invitedBy, `user:${id}`))),
      noteAccount(tx, actor, 'member.removed', id, { email: member.email }, manager.now()),
    ]);
  });
}

export interface NewMember {
  organizationId: string;
  email: string;
  name: string | null;
  /** argon2id, PHC string. */
  passwordHash: string;
  role: Role;
  pageIds: string[] | null;
}

/** Makes a member inside a transaction. @param actor null: the new member themself @throws DomainError conflict when the address has an account */
export async function insertMember(
  tx: Database,
  actor: Pick<Actor, 'name'> | null,
  input: NewMember,
  now: number,
): Promise<MemberRow> {
  const key = emailKey(input.email);
  const [taken] = await tx.select({ id: users.id }).from(users).where(eq(users.emailKey, key));
  if (taken) throw conflict(`${input.email} has an account here already.`);
  const unused = { sealedTotp: null, totpSince: null, totpCounter: null };
  const row: MemberRow = { id: newId(), ...input, emailKey: key, ...unused, createdAt: now, updatedAt: now };
  await tx.insert(users).values(row);
  const details = { email: row.email, role: row.role, page_ids: row.pageIds };
  const who = { organizationId: row.organizationId, name: actor?.name ?? `user:${row.id}` };
  await noteAccount(tx, who, 'member.created', row.id, details, now);
  return row;
}

/** Makes a member on the operator's word. @throws DomainError conflict when the address has an account */
export async function createMember(manager: Manager, input: NewMember): Promise<MemberRow> {
  return manager.store.write((tx) => insertMember(tx, { name: 'cli' }, input, manager.now()));
}
