import type { PageFacts } from '../../snapshot/schema.ts';
import { type Dates, datesFor } from '../../text/dates.ts';
import { type Dictionary, dictionaryFor } from '../../text/dictionary.ts';
import { escapeHtml } from '../../text/escape-html.ts';
import { markdownToText } from '../../text/markdown.ts';
import type { Moments } from '../../text/moments.ts';
import { prefixOf } from '../languages.ts';
import { rootFrom } from '../paths.ts';

/**
 * What every part of a page needs to print itself. Views hand out two kinds of text: a name that ends in `Html` is markup
 * and goes out as it is, every other one is plain text that the template escapes.
 */
export interface ViewContext {
  page: PageFacts;
  words: Dictionary;
  dates: Dates;
  /** The way from this file back to the page's root, for relative links to what has no language. */
  root: string;
  /** The way to the root of what is told in this file's language: for links to pages. */
  base: string;
  /** Moments of this day are told without a date; null where every moment is told in full, as in the archive. */
  reference: number | null;
}

/** The context of the file at `path` (a URL path of `paths.ts`), told in the language of `page`. */
export function contextOf(page: PageFacts, path: string, reference: number | null): ViewContext {
  const words = dictionaryFor(page.language);
  const prefix = prefixOf(page);
  const root = rootFrom(prefix + path);
  const dates = datesFor(words.language, page.timezone);
  return { page, words, dates, root, base: root + prefix, reference };
}

/** In which words the script tells a moment again, in the visitor's own zone: those of `Moments`. */
export type TimeKind = Extract<
  keyof Moments,
  | 'moment'
  | 'fullMoment'
  | 'dated'
  | 'range'
  | 'fullRange'
  | 'clock'
  | 'shortDay'
  | 'shortMonth'
  | 'dayOfMonth'
>;

/** The script adds how long a moment is past, how long ago it was, or how soon it comes. */
export type Age = 'for' | 'past' | 'ahead';

/** A moment in words, as a `<time>` that machines can read. Without a kind it stays in the zone of the page. */
export function timeHtml(
  at: number,
  text: string,
  kind?: TimeKind,
  more: { end?: number; age?: Age } = {},
): string {
  const { end, age } = more;
  const told = kind ? ` data-t="${kind}"` : '';
  const until = end === undefined ? '' : ` data-e="${iso(end)}"`;
  const aged = age === undefined ? '' : ` data-age="${age}"`;
  return `<time datetime="${iso(at)}"${told}${until}${aged}>${escapeHtml(text)}</time>`;
}

/** To the second, as the words are. */
function iso(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+/, '');
}

/** A moment with as much of a date as the context asks for: `14:05 UTC`, `22 Nov, 14:05 UTC`, `22 November 2026, …`. */
export function momentHtml({ dates, reference }: ViewContext, at: number, age?: Age): string {
  // Files that hold nothing of the present say nothing that ends with it.
  if (reference === null) return timeHtml(at, dates.fullMoment(at), 'fullMoment');
  return timeHtml(at, dates.moment(at, reference), 'moment', age === undefined ? {} : { age });
}

/** From one moment to another: `06:00–08:00 UTC`, with the date where the context asks for it. */
export function rangeHtml(context: ViewContext, start: number, end: number): string {
  const { dates, reference } = context;
  if (reference === null) return timeHtml(start, dates.fullRange(start, end), 'fullRange', { end });
  return timeHtml(start, dates.range(start, end, reference), 'range', { end });
}

/** The beginning of a Markdown text in one line of plain text, cut at a word, for lists and descriptions. */
export function summaryOf(markdown: string, longest = 220): string {
  const text = markdownToText(markdown).replaceAll(/\s+/g, ' ');
  if (text.length <= longest) return text;
  const cut = text.slice(0, longest);
  const word = cut.lastIndexOf(' ');
  return `${cut.slice(0, word > longest / 2 ? word : longest).replace(/[\s.,;:]+$/, '')}…`;
}
