/** Slugs and domains of pages: each is one page's alone, and a slug that was left rests. */
import { and, eq, gt, ne, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { pages, restingSlugs } from '../../db/schema.ts';
import { conflict } from '../domain/errors.ts';
import type { PageCreate } from '../domain/input.ts';
import { freeSlug, slugOf } from '../domain/slug.ts';

/** A slug that its page left rests this long, so that no one inherits its readers. */
export const SLUG_RESTS_MS = 90 * 24 * 60 * 60 * 1000;

/** @param self the page that may have it @throws DomainError conflict when another has it, or has left it lately */
export async function assertFree(
  tx: Database,
  field: 'slug' | 'domain',
  value: string,
  self: string,
  now: number,
): Promise<void> {
  const [taken] = await tx
    .select({ id: pages.id })
    .from(pages)
    .where(and(eq(pages[field], value), ne(pages.id, self)));
  if (taken) throw conflict(`The ${field} "${value}" is taken. Choose another ${field}.`);
  if (field === 'domain') return;
  const [resting] = await tx
    .select()
    .from(restingSlugs)
    .where(and(eq(restingSlugs.slug, value), gt(restingSlugs.until, now)));
  if (resting && resting.pageId !== self) {
    throw conflict(
      `The slug "${value}" rests until ${new Date(resting.until).toISOString().slice(0, 10)}. Choose another slug.`,
    );
  }
}

/** The slug that a new page asks for, or one made from its name. @throws DomainError conflict */
export async function slugFor(tx: Database, input: PageCreate, now: number): Promise<string> {
  if (input.slug) {
    await assertFree(tx, 'slug', input.slug, '', now);
    return input.slug;
  }
  const wanted = slugOf(input.name);
  const like = `${wanted || 'page'}%`;
  const taken = await tx.all<{ slug: string }>(
    sql`select slug from pages where slug like ${like} union select slug from resting_slugs where slug like ${like} and until > ${now}`,
  );
  const known = new Set(taken.map(({ slug }) => slug));
  return freeSlug(wanted, 'page', (slug) => known.has(slug));
}
