/**
 * A page in several languages: its own one lies at its root, each further one below `{language}/`, with the same paths.
 * Facts of a page carry the language that a file is told in; the first of `languages` is the page's own.
 */
import { LANGUAGES } from '../domain/languages.ts';
import type { PageFacts } from '../snapshot/schema.ts';

type Languages = Pick<PageFacts, 'language' | 'languages'>;

/** Where files in the language of these facts lie below the page's root: empty for the page's own, else `de/`. */
export function prefixOf({ language, languages }: Languages): string {
  return language === languages[0] ? '' : `${language}/`;
}

/** The absolute address of a page's path, in the language of these facts. */
export function urlOf(page: PageFacts, path: string): string {
  return `${page.url}/${prefixOf(page)}${path}`;
}

/** The same page for each of its languages, its own first. */
export function inEachLanguage<T>(page: PageFacts, make: (page: PageFacts) => T): T[] {
  return page.languages.map((language) => make(language === page.language ? page : { ...page, language }));
}

/** Folders of languages that a page may have had, all when that is not known, and has no more. */
export function leftLanguages(before: Languages | null, after: Languages): string[] {
  const had: readonly string[] = before ? before.languages.slice(1) : LANGUAGES;
  return had.filter((language) => !after.languages.slice(1).includes(language));
}
