import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { and, eq, isNull, lt, or } from 'drizzle-orm';
import { apiKeys } from '../../db/schema.ts';
import type { Store } from '../../db/transaction.ts';
import { newId } from '../domain/ids.ts';
import type { Scope } from './scopes.ts';

const PREFIX = 'sk_live_';
/** `last_used_at` is written at most so often. */
const LAST_USED_STEP_MS = 60_000;

/** Who asks, and what they may. */
export interface Credential {
  keyId: string;
  organizationId: string;
  scopes: ReadonlySet<string>;
  /** Null: every page of the organization. */
  pageIds: readonly string[] | null;
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

/**
 * Whose key it is; null of one that is unknown, revoked or expired. Found by its hash, which says nothing of a key to
 * whoever guesses, and compared in constant time all the same.
 */
export async function authenticateKey(store: Store, key: string, now: number): Promise<Credential | null> {
  if (!key.startsWith(PREFIX) || key.length > 200) return null;
  const wanted = hashOf(key);
  const [row] = await store.read.select().from(apiKeys).where(eq(apiKeys.hash, wanted));
  if (!row || !timingSafeEqual(Buffer.from(row.hash), Buffer.from(wanted))) return null;
  if (row.revokedAt !== null || (row.expiresAt !== null && row.expiresAt <= now)) return null;
  if (row.lastUsedAt === null || row.lastUsedAt <= now - LAST_USED_STEP_MS) noteUse(store, row.id, now);
  return {
    keyId: row.id,
    organizationId: row.organizationId,
    scopes: new Set(row.scopes),
    pageIds: row.pageIds,
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
