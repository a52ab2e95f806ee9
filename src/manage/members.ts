/**
 * Members of an organization (contract, section 5). What holds here:
 *
 * 1. Nobody gives, changes or takes a role beyond their own.
 * 2. An organization that has an owner keeps one.
 * 3. Who is removed is out at once: their sessions go with them, and the invitations that they sent.
 */
import { and, count, eq, sql } from 'drizzle-orm';
import { accountTokens, type Role, users } from '../../db/accounts.ts';
import type { Database } from '../../db/client.ts';
import { pages } from '../../db/schema.ts';
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

/** @throws DomainError not_found */
export async function getMember(read: Database, organizationId: string, id: string): Promise<MemberRow> {
  const [row] = await read
    .select()
    .from(users)
    .where(and(eq(users.organizationId, organizationId), eq(users.id, id)));
  if (!row) throw notFound('Member');
  return row;
}

/** @throws DomainError forbidden of a role beyond the grantor's, invalid of pages that are not the organization's */
export async function assertGrantable(
  tx: Database,
  { actor, roles }: Grantor,
  wanted: { role: Role; pageIds: readonly string[] | null },
): Promise<void> {
  if (!roles.includes(wanted.role))
    throw new DomainError('forbidden', `The role ${wanted.role} is beyond your own.`);
  if (wanted.pageIds === null) return;
  if (wanted.role === 'owner') throw invalid(['page_ids'], 'An owner has every page. Leave page_ids out.');
  const rows = await tx
    .select({ id: pages.id })
    .from(pages)
    .where(
      and(
        eq(pages.organizationId, actor.organizationId),
        sql`${pages.id} in (select value from json_each(${JSON.stringify(wanted.pageIds)}))`,
      ),
    );
  const there = new Set(rows.map(({ id }) => id));
  const missing = wanted.pageIds.findIndex((id) => !there.has(id));
  if (missing >= 0)
    throw invalid(['page_ids', missing], `There is no page ${wanted.pageIds[missing]}.`, 'not_found');
}

async function assertAnotherOwner(tx: Database, member: MemberRow): Promise<void> {
  if (member.role !== 'owner') return;
  const [row] = await tx
    .select({ n: count() })
    .from(users)
    .where(and(eq(users.organizationId, member.organizationId), eq(users.role, 'owner')));
  if (row!.n > 1) return;
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
  return manager.store.write(async (tx) => {
    const member = await getMember(tx, actor.organizationId, id);
    if (!roles.includes(member.role))
      throw new DomainError('forbidden', `The role ${member.role} is beyond your own.`);
    const role = input.role ?? member.role;
    const pageIds = input.pageIds === undefined ? member.pageIds : input.pageIds;
    await assertGrantable(tx, grantor, { role, pageIds });
    if (role !== 'owner') await assertAnotherOwner(tx, member);
    const now = manager.now();
    const next = { ...member, role, pageIds, updatedAt: now };
    await tx.update(users).set({ role, pageIds, updatedAt: now }).where(eq(users.id, id));
    await noteAccount(tx, actor, 'member.updated', id, { role, page_ids: pageIds }, now);
    return next;
  });
}

/** Removes a member, perhaps oneself. @throws DomainError not_found, forbidden, conflict of the only owner */
export async function removeMember(manager: Manager, { actor, roles }: Grantor, id: string): Promise<void> {
  await manager.store.write(async (tx) => {
    const member = await getMember(tx, actor.organizationId, id);
    if (!roles.includes(member.role))
      throw new DomainError('forbidden', `The role ${member.role} is beyond your own.`);
    await assertAnotherOwner(tx, member);
    await tx.delete(users).where(eq(users.id, id));
    await tx
      .delete(accountTokens)
      .where(and(eq(accountTokens.kind, 'invitation'), eq(accountTokens.invitedBy, `user:${id}`)));
    await noteAccount(tx, actor, 'member.removed', id, { email: member.email }, manager.now());
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
