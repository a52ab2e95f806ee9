/**
 * The words of the public pages. A dictionary holds whole sentences, with its parts handed in as text that may be markup
 * already: so no word of a dictionary may hold a character that means something in HTML.
 *
 * A language is added in `domain/languages.ts`; the type check then asks for a dictionary, and for every word in it.
 * Words of one part alone, as of mails, may stand in a `ByLanguage` of their own.
 */
import type { HeadlineKind } from '../domain/headline.ts';
import type { Language } from '../domain/languages.ts';
import type { ComponentStatus, Impact, IncidentStatus, MaintenanceStatus } from '../domain/status.ts';
import { arabic } from './dictionary/ar.ts';
import { german } from './dictionary/de.ts';
import { english } from './dictionary/en.ts';
import { french } from './dictionary/fr.ts';

/** Something for each language there is: one that is missing fails the type check. */
export type ByLanguage<T> = Record<Language, T>;

export interface Dictionary {
  /** BCP 47: the language of these words, for `lang` and for numbers and dates. */
  language: Language;
  /** The language in its own words. */
  name: string;
  direction: 'ltr' | 'rtl';
  /** Between the items of a list. */
  comma: string;
  /** `Status: Resolved` */
  pair(name: string, value: string): string;
  headline: Record<HeadlineKind, string>;
  componentStatus: Record<ComponentStatus, string>;
  incidentStatus: Record<IncidentStatus, string>;
  maintenanceStatus: Record<MaintenanceStatus, string>;
  /** `Major impact`; empty for none. */
  impact: Record<Impact, string>;

  /** `3 of 17 components affected.` */
  affected(affected: number, components: number): string;
  /** `2 of 17 components under maintenance.` */
  maintained(maintained: number, components: number): string;
  /** `One open incident, since 14:05 UTC.` */
  openIncidents(count: number, since: string): string;
  nothingOpen: string;
  /** `The last incident ended on 11 November.` */
  lastIncident(day: string): string;
  nothingListed: string;

  /** `since 14:05 UTC`, at the end of a line. */
  since(time: string): string;
  /** `Open since 14:05 UTC` */
  openSince(time: string): string;
  /** `In progress since 06:00 UTC` */
  inProgressSince(time: string): string;
  /** `Planned until 08:00 UTC` */
  plannedUntil(time: string): string;
  /** `Takes longer than planned.` */
  overrunning: string;
  /** `Next update by 15:20 UTC.` */
  nextUpdate(time: string): string;
  /** `Edited 14:50 UTC` */
  edited(time: string): string;
  /** `Resolved after 31 minutes.` */
  resolvedAfter(length: string): string;
  /** `Completed after 2 hours.` */
  completedAfter(length: string): string;
  completed: string;
  cancelled: string;

  /** `1 of 5 affected` */
  groupAffected(affected: number, components: number): string;
  /** `2 of 5 under maintenance` */
  groupMaintained(maintained: number, components: number): string;
  /** `5 operational` */
  groupOperational(components: number): string;
  /** `99.91% of the last 90 days.` */
  uptime(percent: string): string;
  noUptime: string;
  /** `Major outage: 25 Aug, 3 Nov.` */
  badDays(status: string, days: string): string;
  /** `and 12 more` */
  more(count: number): string;

  /** What only the script of a page says. */
  script: {
    /** To screen readers: `Updated: Partial outage. …` */
    updated(what: string): string;
    /** `The server can’t be reached. This page shows what was known at 14:53 UTC, 3 minutes ago.` */
    unreachable(time: string, ago: string): string;
    allDays: string;
    day: string;
    noTrouble: string;
    close: string;
  };

  home: string;
  history: string;
  api: string;
  navigation: string;
  /** Names the links to the page in other languages. */
  languages: string;
  skip: string;
  now: string;
  planned: string;
  components: string;
  recent: string;
  quiet: string;
  moreOpen: string;
  updates: string;
  postmortem: string;
  incident: string;
  maintenance: string;
  from: string;
  time: string;
  lasted: string;
  status: string;
  impactLabel: string;
  plan: string;
  /** `Published 14:53:09 UTC, 23 Nov 2026` */
  published(clock: string, day: string): string;
  feeds: string;
  rss: string;
  atom: string;
  calendar: string;
  json: string;
  /** `Northwind Cloud: incidents and maintenance`, the title of a feed. */
  feedTitle(page: string): string;

  /** `What happened on Northwind Cloud, month by month.` */
  historyDescription(page: string): string;
  allOf(month: string): string;
  allMonths: string;
  older: string;
  newer: string;
  /** `Nothing happened in November 2026.` */
  quietMonth(month: string): string;
  quietMonths: string;

  notFound: string;
  notFoundText: string;
  toStatus: string;
  moved: string;
  /** `The status page of Northwind Cloud is now at https://….` */
  movedText(page: string, address: string): string;
}

/** All dictionaries. */
export const dictionaries: ByLanguage<Dictionary> = { en: english, de: german, fr: french, ar: arabic };

/** What there is for a language (BCP 47), for its base language when there is nothing for the region, else for English. */
export function inLanguage<T>(all: ByLanguage<T>, language: string): T {
  const known = (tag: string): tag is Language => Object.hasOwn(all, tag);
  const base = language.split('-')[0]!;
  return known(language) ? all[language] : known(base) ? all[base] : all.en;
}

/** The words for a language (BCP 47). */
export function dictionaryFor(language: string): Dictionary {
  return inLanguage(dictionaries, language);
}
