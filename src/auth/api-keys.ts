import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { and, eq, isNull, lt, or } from 'drizzle-orm';
import type { Role } from '../../db/accounts.ts';
import { apiKeys } from '../../db/schema.ts';
import { rowReader, statement } from '../../db/statement.ts';
import type { Store } from '../../db/transaction.ts';
import { isId, newId } from '../domain/ids.ts';
import type { Scope } from './scopes.ts';

const PREFIX = 'sk_live_';
/** `last_used_at` is written at most so often. */
const LAST_USED_STEP_MS = 60_000;

/** Who asks, and what they may. */
export interface Credential {
  /** As the audit names it: `key:{id}`, or `user:{id}` of somebody who is signed in. */
  name: string;
  organizationId: string;
  scopes: ReadonlySet<string>;
  /** Null: every page of the organization. */
  pageIds: readonly string[] | null;
  /** When it ends, in milliseconds: what it makes ends no later. Null: never by itself. */
  expiresAt: number | null;
  /** Of somebody who is signed in; a key has none. */
  role: Role | null;
}

/** A new secret of 192 random bits. */
export function newApiKey(): string {
  return PREFIX + randomBytes(24).toString('base64url');
}

/** Random secrets need no slow hash: SHA-256, hexadecimal. */
export function hashOf(key: string): string {
  return hash('sha256', key, 'hex');
}

export interface NewKey {
  organizationId: string;
  name: string;
  key: string;
  scopes: readonly Scope[];
  pageIds?: readonly string[] | null;
  expiresAt?: number | null;
}

/** Stores a key by its hash. @returns its id */
export async function storeApiKey(store: Store, input: NewKey, now: number): Promise<string> {
  const id = newId();
  await store.write(async (tx) => {
    await tx.insert(apiKeys).values({
      id,
      organizationId: input.organizationId,
      name: input.name,
      hash: hashOf(input.key),
      hint: input.key.slice(-4),
      scopes: [...input.scopes],
      pageIds: input.pageIds ? [...input.pageIds] : null,
      expiresAt: input.expiresAt ?? null,
      createdAt: now,
    });
  });
  return id;
}

const keyReader = rowReader(apiKeys);
const KEY_AND_PAGE = `select (select ${keyReader.json}) as key,
    (select json_object('id', p.id, 'slug', p.slug) from pages p
      where p.organization_id = k.organization_id and (p.id = ?1 or p.slug = ?1)) as page
  from api_keys k where k.hash = ?2`;

export interface Admission {
  credential: Credential;
  /** The page that was asked for, when it is there and within the key's reach. */
  page: { id: string; slug: string } | null;
}

/**
 * Whose key it is, and the page that it is used on, in one look-up; null of one that is unknown, revoked or expired.
 * Found by its hash, which says nothing of a key to whoever guesses, and compared in constant time all the same.
 *
 * @param pageRef id or slug of a page, or empty
 */
export async function admitKey(
  store: Store,
  key: string,
  pageRef: string,
  now: number,
): Promise<Admission | null> {
  if (!key.startsWith(PREFIX) || key.length > 200) return null;
  const hash = hashOf(key);
  const ref = isId(pageRef) ? pageRef.toLowerCase() : pageRef;
  const { rows } = await store.read.$client.execute(statement(KEY_AND_PAGE, ref, hash));
  if (!rows[0]) return null;
  const row = keyReader.read(rows[0].key as string);
  if (!timingSafeEqual(Buffer.from(row.hash), Buffer.from(hash))) return null;
  const page = JSON.parse((rows[0].page as string | null) ?? 'null') as { id: string; slug: string } | null;
  if (row.revokedAt !== null || (row.expiresAt !== null && row.expiresAt <= now)) return null;
  if (row.lastUsedAt === null || row.lastUsedAt <= now - LAST_USED_STEP_MS) noteUse(store, row.id, now);
  const { organizationId, pageIds, expiresAt } = row;
  const scopes = new Set(row.scopes);
  return {
    credential: { name: `key:${row.id}`, organizationId, scopes, pageIds, expiresAt, role: null },
    page: page && (pageIds === null || pageIds.includes(page.id)) ? page : null,
  };
}

/** Not worth failing, or waiting, for. */
function noteUse(store: Store, id: string, now: number): void {
  const old = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, now - LAST_USED_STEP_MS + 1));
  store
    .write(async (tx) => {
      await tx
        .update(apiKeys)
        .set({ lastUsedAt: now })
        .where(and(eq(apiKeys.id, id), old));
    })
    .catch(() => undefined);
}
