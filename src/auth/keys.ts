/** API keys as a resource: nobody grants scopes, pages or a lifetime beyond their own (contract, section 5). */
import { and, count, eq, isNull, sql } from 'drizzle-orm';
import { users } from '../../db/accounts.ts';
import type { Database } from '../../db/client.ts';
import { apiKeys, auditEvents, pages } from '../../db/schema.ts';
import type { Store } from '../../db/transaction.ts';
import { DomainError, invalid, notFound } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import { type Credential, hashOf, newApiKey } from './api-keys.ts';
import { isScope, type Scope } from './scopes.ts';

export type KeyRow = typeof apiKeys.$inferSelect;

export interface KeyInput {
  name: string;
  scopes: Scope[];
  pageIds: string[] | null;
  /** Milliseconds. */
  expiresAt: number | null;
}

interface Keeper {
  store: Pick<Store, 'write'>;
  now(): number;
}

/** Keys that this credential may see: not revoked, and within its pages. */
function within(credential: Credential) {
  const bound = credential.pageIds
    ? sql`${apiKeys.pageIds} is not null and not exists (select 1 from json_each(${apiKeys.pageIds}) mine
        where mine.value not in (select value from json_each(${JSON.stringify(credential.pageIds)})))`
    : undefined;
  return and(eq(apiKeys.organizationId, credential.organizationId), isNull(apiKeys.revokedAt), bound);
}

export async function listKeys(
  read: Database,
  credential: Credential,
  slice: { limit: number; offset: number },
) {
  const where = within(credential);
  const [[total], items] = await read.batch([
    read.select({ n: count() }).from(apiKeys).where(where),
    read.select().from(apiKeys).where(where).orderBy(apiKeys.id).limit(slice.limit).offset(slice.offset),
  ]);
  return { total: total!.n, items };
}

/** @throws DomainError not_found */
export async function getKey(read: Database, credential: Credential, id: string): Promise<KeyRow> {
  const [row] = await read
    .select()
    .from(apiKeys)
    .where(and(within(credential), eq(apiKeys.id, id)));
  if (!row) throw notFound('API key');
  return row;
}

async function assertGrantable(
  tx: Database,
  credential: Credential,
  input: Partial<KeyInput>,
): Promise<void> {
  const beyond = (input.scopes ?? []).filter((scope) => !credential.scopes.has(scope));
  if (beyond.length > 0)
    throw new DomainError(
      'forbidden',
      `${subjectOf(credential)} does not have ${beyond.join(', ')} and can not grant it.`,
    );
  if (input.pageIds !== undefined) await assertPages(tx, credential, input.pageIds);
  const end = credential.expiresAt;
  const outlives = input.expiresAt === null || (input.expiresAt ?? 0) > (end ?? Number.POSITIVE_INFINITY);
  if (end !== null && input.expiresAt !== undefined && outlives) {
    throw new DomainError(
      'forbidden',
      'This key can not grant a lifetime beyond its own. Set an earlier expires_at.',
    );
  }
}

async function assertPages(tx: Database, credential: Credential, pageIds: string[] | null): Promise<void> {
  if (pageIds === null) {
    if (credential.pageIds)
      throw new DomainError(
        'forbidden',
        `${subjectOf(credential)} is bound to some pages; name page_ids among them.`,
      );
    return;
  }
  const rows = await tx
    .select({ id: pages.id })
    .from(pages)
    .where(
      and(
        eq(pages.organizationId, credential.organizationId),
        sql`${pages.id} in (select value from json_each(${JSON.stringify(pageIds)}))`,
      ),
    );
  const there = new Set(
    rows.map(({ id }) => id).filter((id) => !credential.pageIds || credential.pageIds.includes(id)),
  );
  const missing = pageIds.findIndex((id) => !there.has(id));
  if (missing >= 0)
    throw invalid(['page_ids', missing], `There is no page ${pageIds[missing]}.`, 'not_found');
}

/** Makes a key; when nothing is said of its lifetime, with that of its maker. @returns its row, and the secret, which is nowhere else. @throws DomainError forbidden, invalid */
export async function createKey(
  keeper: Keeper,
  credential: Credential,
  { expiresAt, ...rest }: Omit<KeyInput, 'expiresAt'> & { expiresAt: number | null | undefined },
  requestId?: string,
): Promise<{ row: KeyRow; key: string }> {
  const key = newApiKey();
  const row = await keeper.store.write(async (tx) => {
    await assertAlive(tx, credential);
    const input: KeyInput = {
      ...rest,
      expiresAt: expiresAt === undefined ? credential.expiresAt : expiresAt,
    };
    await assertGrantable(tx, credential, input);
    const now = keeper.now();
    if (input.expiresAt !== null && input.expiresAt <= now)
      throw invalid(['expires_at'], 'expires_at must be in the future.');
    const made: KeyRow = {
      id: newId(),
      organizationId: credential.organizationId,
      name: input.name,
      hash: hashOf(key),
      hint: key.slice(-4),
      scopes: input.scopes,
      pageIds: input.pageIds,
      expiresAt: input.expiresAt,
      revokedAt: null,
      lastUsedAt: null,
      createdAt: now,
    };
    await tx.insert(apiKeys).values(made);
    await note(tx, credential, 'api_key.created', made, now, requestId);
    return made;
  });
  return { row, key };
}

/** Renames a key, or narrows or widens it within the credential's own reach. @throws DomainError not_found, forbidden, invalid */
export async function editKey(
  keeper: Keeper,
  credential: Credential,
  id: string,
  input: Partial<KeyInput>,
  requestId?: string,
): Promise<KeyRow> {
  return keeper.store.write(async (tx) => {
    const row = await getKey(tx, credential, id);
    await assertAlive(tx, credential);
    await assertGrantable(tx, credential, input);
    assertOwnToChange(credential, row);
    const next = { ...row, ...input };
    if (Object.keys(input).length === 0) return row;
    await tx.update(apiKeys).set(input).where(eq(apiKeys.id, id));
    await note(tx, credential, 'api_key.updated', next, keeper.now(), requestId);
    return next;
  });
}

/**
 * Revokes a key at once: itself, or one that it could have made. A leaked key with `keys:write` alone would otherwise
 * take away all that is stronger than itself.
 *
 * @throws DomainError not_found, forbidden
 */
export async function revokeKey(
  keeper: Keeper,
  credential: Credential,
  id: string,
  requestId?: string,
): Promise<void> {
  await keeper.store.write(async (tx) => {
    const row = await getKey(tx, credential, id);
    if (credential.name !== `key:${id}`) assertOwnToChange(credential, row);
    const now = keeper.now();
    await tx.update(apiKeys).set({ revokedAt: now }).where(eq(apiKeys.id, id));
    await note(tx, credential, 'api_key.revoked', row, now, requestId);
  });
}

/** @throws DomainError forbidden for a key that has a scope beyond one's own; one of other pages is not found at all */
function assertOwnToChange(credential: Credential, row: KeyRow): void {
  const beyond = row.scopes.filter(isScope).filter((scope) => !credential.scopes.has(scope));
  if (beyond.length > 0)
    throw new DomainError('forbidden', `That key has ${beyond.join(', ')}, which is not yours to change.`);
}

/** Whose words a refusal is in. */
const subjectOf = ({ role }: Credential) => (role === null ? 'This key' : `Your role, ${role},`);

/** A key that was revoked, or a member who was removed, since the request began makes nothing any more. */
async function assertAlive(tx: Database, credential: Credential): Promise<void> {
  const [kind, id = ''] = credential.name.split(':');
  const rows =
    kind === 'key'
      ? await tx
          .select({ id: apiKeys.id })
          .from(apiKeys)
          .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
      : await tx.select({ id: users.id }).from(users).where(eq(users.id, id));
  if (!rows[0]) throw notFound(kind === 'key' ? 'API key' : 'Member');
}

async function note(
  tx: Database,
  credential: Credential,
  action: string,
  row: KeyRow,
  now: number,
  requestId?: string,
): Promise<void> {
  await tx.insert(auditEvents).values({
    id: newId(),
    organizationId: credential.organizationId,
    pageId: null,
    actor: credential.name,
    action,
    subjectId: row.id,
    details: { name: row.name, scopes: row.scopes, page_ids: row.pageIds },
    requestId: requestId ?? null,
    createdAt: now,
  });
}
