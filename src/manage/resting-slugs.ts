import { and, eq, isNull, lte } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { restingSlugs } from '../../db/schema.ts';

/**
 * Ends the rest of a slug that a page takes: it leads on no longer, and goes with no other page. To be written once it
 * is known to be free.
 */
export function takeSlug(tx: Database, slug: string) {
  return tx.delete(restingSlugs).where(eq(restingSlugs.slug, slug));
}

/** Forgets slugs of deleted pages whose rest is over. Those that lead on do so until somebody takes them. */
export async function forgetRestedSlugs(tx: Database, now: number): Promise<void> {
  await tx.delete(restingSlugs).where(and(isNull(restingSlugs.pageId), lte(restingSlugs.until, now)));
}
