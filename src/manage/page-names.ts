/** Slugs and domains of pages: each is one page's alone, and a slug that was left rests. */
import { type Question, question } from '../../db/question.ts';
import { conflict, type DomainError } from '../domain/errors.ts';
import { freeSlug, slugOf } from '../domain/slug.ts';

/** A slug that its page left rests this long, so that no one inherits its readers. */
export const SLUG_RESTS_MS = 90 * 24 * 60 * 60 * 1000;

/** What has a slug, or has left it. */
interface SlugHolders {
  page: string | null;
  resting: { pageId: string | null; until: number } | null;
}

const SLUG = `select json_object('page', (select id from pages where slug = ?1),
  'resting', (select json_object('pageId', page_id, 'until', until) from resting_slugs where slug = ?1)) as answer`;

/** Who has a slug; nothing to ask where none is said. */
export function slugQuestion(slug: string | undefined): Question<SlugHolders> | undefined {
  if (slug === undefined) return undefined;
  const { statement, read } = question<SlugHolders>(SLUG, slug);
  return { statement, read: (rows) => read(rows)! };
}

/** Which page has a domain; nothing to ask where none is said. */
export function domainQuestion(domain: string | null | undefined): Question<string | null> | undefined {
  if (!domain) return undefined;
  return question('select json_quote(id) as answer from pages where domain = ?', domain);
}

/** @param self the page that may have it @throws DomainError conflict when another has it, or has left it lately */
export function assertSlugFree(
  slug: string,
  { page, resting }: SlugHolders,
  self: string,
  now: number,
): void {
  if (page !== null && page !== self) throw taken('slug', slug);
  if (resting && resting.until > now && resting.pageId !== self) {
    throw conflict(
      `The slug "${slug}" rests until ${new Date(resting.until).toISOString().slice(0, 10)}. Choose another slug.`,
    );
  }
}

/** @param self the page that may have it @throws DomainError conflict when another has it */
export function assertDomainFree(domain: string, page: string | null | undefined, self: string): void {
  if (page && page !== self) throw taken('domain', domain);
}

function taken(field: 'slug' | 'domain', value: string): DomainError {
  return conflict(`The ${field} "${value}" is taken. Choose another ${field}.`);
}

type Alike = [slug: string, restsUntil: number | null][];

const ALIKE = `select json_group_array(json_array(slug, until)) as answer from (
  select slug, null as until from pages where slug like ?1
  union all select slug, until from resting_slugs where slug like ?1)`;

/** Slugs that begin as that of a new page might. */
export function slugsLike(name: string): Question<Alike> {
  const { statement, read } = question<Alike>(ALIKE, `${slugOf(name) || 'page'}%`);
  return { statement, read: (rows) => read(rows)! };
}

/** A slug made from the name of a new page. */
export function slugFrom(name: string, alike: Alike, now: number): string {
  const known = new Set(alike.filter(([, until]) => until === null || until > now).map(([slug]) => slug));
  return freeSlug(slugOf(name), 'page', (slug) => known.has(slug));
}
