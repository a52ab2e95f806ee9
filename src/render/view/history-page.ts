import type { MonthArchive, PageSnapshot } from '../../snapshot/schema.ts';
import type { Dictionary } from '../../text/dictionary.ts';
import { paths } from '../paths.ts';
import { type ChromeView, chromeView, type LinkView } from './chrome.ts';
import { contextOf } from './context.ts';
import { type DayView, eventDays } from './days.ts';
import { monthAfter, monthsBetween } from './months.ts';

/** So many months stand on the history page itself. */
const SHOWN = 3;

/** The history page: the latest months, and links to all of them. It says nothing of the present state. */
export interface HistoryView {
  chrome: ChromeView;
  words: Dictionary;
  title: string;
  months: { title: string; days: DayView[]; all: LinkView }[];
  /** All months with a page, by year, newest first. */
  years: { year: string; months: LinkView[] }[];
}

/** What the history page shows of a snapshot. */
export function historyView(snapshot: PageSnapshot): HistoryView {
  const { page } = snapshot;
  const context = contextOf(page, paths.history, snapshot.changedAt);
  const { words, dates, base } = context;
  const all = monthsBetween(snapshot.firstMonth, dates.monthOf(snapshot.asOf)).reverse();
  const begun = snapshot.maintenance.filter(({ status }) => status !== 'scheduled');
  const months = all.slice(0, SHOWN).map((month) => ({
    title: dates.month(month),
    days: eventDays(
      context,
      snapshot.incidents.filter(({ startedAt }) => dates.monthOf(startedAt) === month),
      begun.filter(({ startedAt, startsAt }) => dates.monthOf(startedAt ?? startsAt) === month),
    ),
    all: { href: base + paths.month(month), text: words.allOf(dates.month(month)) },
  }));
  const years = [...new Set(all.map((month) => month.slice(0, 4)))].map((year) => ({
    year,
    months: all
      .filter((month) => month.startsWith(year))
      .map((month) => ({ href: base + paths.month(month), text: dates.monthName(month) })),
  }));
  const chrome = chromeView(context, {
    path: paths.history,
    title: words.history,
    description: words.historyDescription(page.name),
    mark: null,
    changedAt: snapshot.changedAt,
    revision: snapshot.revision,
  });
  return { chrome, words, title: words.history, months: months.filter(({ days }) => days.length > 0), years };
}

/** One month of the archive. */
export interface MonthView {
  chrome: ChromeView;
  words: Dictionary;
  title: string;
  days: DayView[];
  quiet: string;
  history: LinkView;
  older: LinkView | null;
  newer: LinkView | null;
}

/** What the page of a month shows; nothing of the present. */
export function monthView(archive: MonthArchive): MonthView {
  const { page, month, firstMonth, lastMonth } = archive;
  const path = paths.month(month);
  const context = contextOf(page, path, null);
  const { words, dates, base } = context;
  const title = dates.month(month);
  const linkTo = (other: string) => ({ href: base + paths.month(other), text: dates.month(other) });
  return {
    chrome: chromeView(context, {
      path,
      title,
      description: words.historyDescription(page.name),
      mark: null,
      changedAt: null,
    }),
    words,
    title,
    days: eventDays(context, archive.incidents, archive.maintenance),
    quiet: words.quietMonth(title),
    history: { href: base + paths.history, text: words.history },
    older: month > firstMonth ? linkTo(monthAfter(month, -1)) : null,
    newer: month < lastMonth ? linkTo(monthAfter(month, 1)) : null,
  };
}
