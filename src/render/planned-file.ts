/** A file as it is planned, before anybody makes it. */
import type { PageFacts, PageSnapshot } from '../snapshot/schema.ts';
import { inEachLanguage, prefixOf } from './languages.ts';
import { fileOf } from './paths.ts';
import type { Print } from './print.ts';

/** A file to be made: of text or bytes at hand, or by the Astro page that `print` names. */
export type PlannedFile = { path: string } & (
  | { text: () => string }
  | { pieces: () => Iterable<string> }
  | { bytes: () => Buffer }
  | { print: Print }
);

/** A text, or JSON. */
export const text = (path: string, make: () => string): PlannedFile => ({ path: fileOf(path), text: make });
/** A text that may be megabytes long: no more than a piece of it is ever a string. */
export const pieces = (path: string, make: () => Iterable<string>): PlannedFile => ({
  path: fileOf(path),
  pieces: make,
});
/** An Astro page. */
export const page = (path: string, print: Print): PlannedFile => ({ path: fileOf(path), print });

/** An Astro page in each language of the status page. `print` is handed the facts in that language. */
export function pages(facts: PageFacts, path: string, print: (page: PageFacts) => Print): PlannedFile[] {
  return inEachLanguage(facts, (told) => page(prefixOf(told) + path, print(told)));
}

/** A text in each language of the status page. */
export function texts(
  snapshot: PageSnapshot,
  path: string,
  make: (snapshot: PageSnapshot) => string,
): PlannedFile[] {
  return inEachLanguage(snapshot.page, (told) =>
    text(prefixOf(told) + path, () => make({ ...snapshot, page: told })),
  );
}
