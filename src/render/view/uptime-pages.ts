/** The pages that let uptime be checked: all components at a glance, and each month with what was lost to what. */

import { lostTenthsOf } from '../../domain/uptime.ts';
import type { MonthComponent, MonthReport, ReportCause, UptimeOverview } from '../../domain/uptime-report.ts';
import type { PageFacts } from '../../snapshot/schema.ts';
import { duration } from '../../text/duration.ts';
import { exactPercent } from '../../text/percent.ts';
import { UPTIME_WORDS, type UptimeWords } from '../../text/uptime-words.ts';
import { paths } from '../paths.ts';
import { type ChromeView, chromeView, type LinkView } from './chrome.ts';
import { contextOf, type ViewContext } from './context.ts';
import { monthAfter, monthsBetween } from './months.ts';

export interface UptimePageView {
  chrome: ChromeView;
  words: UptimeWords;
  /** What stands in the dictionary of every page. */
  common: { older: string; newer: string; allMonths: string };
  title: string;
  /** Which days count. */
  counted: string;
  csv: string;
  rule: string[];
}

export interface OverviewView extends UptimePageView {
  /** Components in display order, by group; null where they have none. */
  groups: { name: string | null; rows: OverviewRow[] }[];
  years: { year: string; months: LinkView[] }[];
}

export interface OverviewRow {
  name: string;
  since: string;
  shares: string[];
  feeds: LinkView[];
}

export interface MonthUptimeView extends UptimePageView {
  overview: LinkView;
  lost: LostRow[];
  quiet: { name: string; share: string }[];
  older: LinkView | null;
  newer: LinkView | null;
}

export interface LostRow {
  name: string;
  share: string;
  causes: { href: string | null; title: string; share: string; lengths: string[] }[];
}

const NONE = '–';

function wordsOf(context: ViewContext): UptimeWords {
  return UPTIME_WORDS[context.words.language];
}

function shareOf(percent: number | null, { words }: ViewContext): string {
  return percent === null ? NONE : exactPercent(percent, words.language);
}

function pageView(
  context: ViewContext,
  path: string,
  title: string,
): Pick<UptimePageView, 'chrome' | 'words' | 'common' | 'title' | 'rule'> {
  const words = wordsOf(context);
  const { older, newer, allMonths } = context.words;
  const { page } = context;
  const chrome = chromeView(context, {
    path,
    title,
    description: words.description(page.name),
    mark: null,
    changedAt: null,
  });
  return { chrome, words, common: { older, newer, allMonths }, title, rule: words.rule(page.timezone) };
}

/** Every component's 90 days, 12 months and time since its start. */
export function overviewView(page: PageFacts, overview: UptimeOverview): OverviewView {
  const context = contextOf(page, paths.uptimePage, null);
  const words = wordsOf(context);
  const { dates, base, root } = context;
  const groups: OverviewView['groups'] = [];
  for (const { id, name, group, since, percent } of overview.components) {
    if (groups.length === 0 || groups.at(-1)!.name !== group) groups.push({ name: group, rows: [] });
    groups.at(-1)!.rows.push({
      name,
      since: words.countsFrom(dates.dateWithYear(since)),
      shares: [percent.days90, percent.months12, percent.start].map((one) => shareOf(one, context)),
      feeds: [
        { href: root + paths.componentRss(id), text: context.words.rss },
        { href: root + paths.componentAtom(id), text: context.words.atom },
        { href: calendarAddress(page, id), text: context.words.calendar },
      ],
    });
  }
  const years = new Map<string, LinkView[]>();
  for (const month of monthsBetween(overview.firstMonth, overview.lastMonth).reverse()) {
    const list = years.get(month.slice(0, 4)) ?? [];
    list.push({ href: base + paths.uptimeMonth(month), text: dates.monthName(month) });
    years.set(month.slice(0, 4), list);
  }
  return {
    ...pageView(context, paths.uptimePage, words.uptime),
    counted: overview.until === null ? words.nothingYet : words.until(dates.dateWithYear(overview.until)),
    csv: root + paths.uptimeOverviewCsv,
    groups,
    years: [...years].map(([year, months]) => ({ year, months })),
  };
}

/** By this scheme a calendar subscribes. */
function calendarAddress({ url }: PageFacts, id: string): string {
  return `webcal:${url.replace(/^https?:/, '')}/${paths.componentCalendar(id)}`;
}

/** One month: components that lost uptime with what they lost it to, and those that lost none. */
export function monthUptimeView(page: PageFacts, report: MonthReport): MonthUptimeView {
  const { month, firstMonth, lastMonth, days } = report;
  const context = contextOf(page, paths.uptimeMonth(month), null);
  const words = wordsOf(context);
  const { dates, base, root } = context;
  const linkTo = (other: string) => ({ href: base + paths.uptimeMonth(other), text: dates.month(other) });
  const isLost = ({ shown }: MonthComponent) => lostTenthsOf({ shown }) > 0;
  return {
    ...pageView(context, paths.uptimeMonth(month), words.uptimeIn(dates.month(month))),
    counted: days ? words.daysCounted(dates.dates(days.first, days.last)) : words.nothingYet,
    csv: root + paths.uptimeMonthCsv(month),
    overview: { href: base + paths.uptimePage, text: words.uptime },
    lost: report.components.filter(isLost).map((one) => ({
      name: nameOf(one),
      share: shareOf(one.percent, context),
      causes: one.causes.map((cause) => causeView(context, cause)),
    })),
    quiet: report.components
      .filter((one) => !isLost(one))
      .map((one) => ({ name: nameOf(one), share: shareOf(one.percent, context) })),
    older: month > firstMonth ? linkTo(monthAfter(month, -1)) : null,
    newer: month < lastMonth ? linkTo(monthAfter(month, 1)) : null,
  };
}

function nameOf({ name, group }: { name: string; group: string | null }): string {
  return group === null ? name : `${group}: ${name}`;
}

function causeView(
  context: ViewContext,
  { incident, lost, percent }: ReportCause,
): LostRow['causes'][number] {
  const words = wordsOf(context);
  const { language } = context.words;
  const lengths = [
    lost.major_outage > 0 ? words.inMajor(duration(lost.major_outage, language)) : '',
    lost.partial_outage > 0 ? words.inPartial(duration(lost.partial_outage, language)) : '',
  ];
  return {
    href: incident ? context.base + paths.incident(incident.id) : null,
    title: incident ? incident.title : words.withoutIncident,
    // Rounded away from nothing, as what is left is cut off: together they are 100.
    share: `−${exactPercent(Math.ceil(percent * 1000 - 1e-6) / 1000, language)}`,
    lengths: lengths.filter((length) => length !== ''),
  };
}
