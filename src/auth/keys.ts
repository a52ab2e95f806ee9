/** API keys as a resource: nobody grants scopes, pages or a lifetime beyond their own (contract, section 5). */
import { count, eq } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { ask, writeTogether } from '../../db/question.ts';
import { apiKeys, auditEvents } from '../../db/schema.ts';
import type { Store } from '../../db/transaction.ts';
import { invalid } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import { type Credential, hashOf, newApiKey } from './api-keys.ts';
import {
  aliveQuestion,
  assertGrantable,
  assertOwnToChange,
  type KeyInput,
  type KeyRow,
  keyQuestion,
  pagesQuestion,
  within,
} from './key-grants.ts';

interface Keeper {
  store: Pick<Store, 'write'>;
  now(): number;
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
  return (await ask(read.$client, { key: keyQuestion(read, credential, id) })).key;
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
    const asked = { alive: aliveQuestion(credential), there: pagesQuestion(credential, rest.pageIds) };
    const { there = [] } = await ask(tx.$client, asked);
    const input: KeyInput = {
      ...rest,
      expiresAt: expiresAt === undefined ? credential.expiresAt : expiresAt,
    };
    assertGrantable(credential, input, there);
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
    await writeTogether(tx, [
      tx.insert(apiKeys).values(made),
      note(tx, credential, 'api_key.created', made, now, requestId),
    ]);
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
    const { key: row, there = [] } = await ask(tx.$client, {
      key: keyQuestion(tx, credential, id),
      alive: aliveQuestion(credential),
      there: pagesQuestion(credential, input.pageIds),
    });
    assertGrantable(credential, input, there);
    assertOwnToChange(credential, row);
    const next = { ...row, ...input };
    if (Object.keys(input).length === 0) return row;
    await writeTogether(tx, [
      tx.update(apiKeys).set(input).where(eq(apiKeys.id, id)),
      note(tx, credential, 'api_key.updated', next, keeper.now(), requestId),
    ]);
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
    await writeTogether(tx, [
      tx.update(apiKeys).set({ revokedAt: now }).where(eq(apiKeys.id, id)),
      note(tx, credential, 'api_key.revoked', row, now, requestId),
    ]);
  });
}

/** The audit row of a change of a key. */
function note(
  tx: Database,
  credential: Credential,
  action: string,
  row: KeyRow,
  now: number,
  requestId?: string,
) {
  return tx.insert(auditEvents).values({
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
