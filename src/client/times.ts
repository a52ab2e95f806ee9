/**
 * Moments in the visitor's own time zone, in the page's words for them. The page is complete without: it tells them in
 * its own zone, which stays at hand as the title of each.
 */
import type { TimeKind } from '../render/view/context.ts';
import { duration } from '../text/duration.ts';
import { formatsFor, momentsFor } from '../text/moments.ts';
import { now } from './clock.ts';
import { make } from './make.ts';

const MINUTE = 60_000;
/** What lasts longer is told by its date alone. */
const LONGEST_AGE = 7 * 24 * 60 * MINUTE;

const { lang } = document.documentElement;
export const moments = momentsFor(lang, formatsFor(lang));
// The first formatter in a browser takes longer than all others: it is made while the rest of the page comes in.
moments.shortDay(0);

/** The moments below `root` that are not in the visitor's zone yet. While the page is read, the last may be cut short. */
export function localizeTimes(root: ParentNode, whole = true): void {
  const found = [...root.querySelectorAll<HTMLTimeElement>('time[data-t]:not([title])')];
  for (const time of whole ? found : found.slice(0, -1)) {
    const told = time.textContent ?? '';
    const text = wordsOf(time);
    time.title = told;
    if (text !== told) time.textContent = text;
  }
  tellAges(root);
}

/** `data-t` names one of `Moments`: those of a length take its end, the others what they stand beside. */
function wordsOf(time: HTMLTimeElement): string {
  const { t, e } = time.dataset;
  const kind = t as TimeKind;
  const beside = kind === 'dated' ? referenceOf(time) : now();
  return moments[kind](Date.parse(time.dateTime), e ? Date.parse(e) : beside, beside);
}

/** The updates of one story tell only years that differ from its last one's. */
function referenceOf(time: HTMLTimeElement): number {
  const newest = time.closest('ol')?.querySelector('time') ?? time;
  return Date.parse(newest.dateTime);
}

/** How long ago a moment was, or how soon it comes, behind those that ask for it: ` (48 minutes)`. */
export function tellAges(root: ParentNode): void {
  for (const time of root.querySelectorAll<HTMLTimeElement>('time[data-age]')) {
    const passed = now() - Date.parse(time.dateTime);
    const ahead = time.dataset.age === 'ahead';
    const told = Math.abs(passed) < LONGEST_AGE && passed > 0 !== ahead;
    const text = !told
      ? ''
      : ` (${ahead || time.dataset.age === 'past' ? relative(passed) : lengthOf(passed)})`;
    let age = time.nextElementSibling;
    if (!age?.matches('.age')) {
      if (text === '') continue;
      age = make('span', { className: 'age' });
      time.after(age);
    }
    if (age.textContent !== text) age.textContent = text;
  }
}

/** A length of time in words; what is shorter than a minute is told as one. */
export function lengthOf(passed: number): string {
  return duration(Math.max(passed, MINUTE), lang);
}

/** `3 minutes ago`, `in 12 minutes` */
export function relative(passed: number): string {
  const minutes = Math.round(passed / MINUTE);
  const length = Math.abs(minutes);
  const [size, unit] =
    length < 90
      ? ([1, 'minute'] as const)
      : length < 48 * 60
        ? ([60, 'hour'] as const)
        : ([1440, 'day'] as const);
  return new Intl.RelativeTimeFormat(lang, { numeric: 'auto' }).format(-Math.round(minutes / size), unit);
}
