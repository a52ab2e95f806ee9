import type { ComponentStatus } from '../../domain/status.ts';
import { holdsMaintenance, severityOf } from '../../domain/status.ts';
import type { PageSnapshot, SnapshotMaintenance } from '../../snapshot/schema.ts';
import type { Dictionary } from '../../text/dictionary.ts';
import { renderMarkdown } from '../../text/markdown.ts';
import { paths } from '../paths.ts';
import { type ChromeView, chromeView } from './chrome.ts';
import { componentListHtml } from './component-list.ts';
import { contextOf, timeHtml } from './context.ts';
import { dayEvents } from './day-events.ts';
import { type DayView, incidentLine, type LineView, maintenanceLine, recentDays } from './days.ts';
import {
  type EventView,
  openIncidentView,
  type PlannedView,
  plannedView,
  runningMaintenanceView,
} from './event.ts';
import { headlineDetailHtml } from './headline.ts';

/** So many open incidents, and planned windows, stand in full; further ones are links (design, invariant 6). */
const IN_FULL = 20;

/** The status page, ready to be printed. */
export interface StatusView {
  chrome: ChromeView;
  words: Dictionary;
  headline: string;
  mark: ComponentStatus;
  /** Only trouble tints the band of the headline. */
  troubled: boolean;
  detailHtml: string;
  aboutHtml: string;
  now: EventView[];
  alsoOpen: LineView[];
  planned: PlannedView[];
  alsoPlanned: LineView[];
  componentsHtml: string;
  /** Without groups the rows need not be indented below them. */
  grouped: boolean;
  axis: { firstHtml: string; lastHtml: string } | null;
  /** For the stories at the bars: the first day, and what happened since. */
  firstDay: string | null;
  events: string;
  recent: DayView[];
}

/** What the status page shows of a snapshot. */
export function statusView(snapshot: PageSnapshot): StatusView {
  const { page, headline, days } = snapshot;
  const context = contextOf(page, paths.home, snapshot.changedAt);
  const { words, dates } = context;
  const open = snapshot.incidents.filter(({ resolvedAt }) => resolvedAt === null);
  const running = snapshot.maintenance.filter(({ status }) => holdsMaintenance(status)).sort(byStart);
  const planned = snapshot.maintenance.filter(({ status }) => status === 'scheduled').sort(byStart);
  const detailHtml = headlineDetailHtml(context, snapshot);
  const title = words.headline[headline.kind];
  const [first, last] = [days[0], days.at(-1)];
  return {
    chrome: chromeView(context, {
      path: paths.home,
      title,
      description: `${title}. ${detailHtml.replaceAll(/<[^>]*>/g, '')}`.trim(),
      mark: headline.mark,
      changedAt: snapshot.changedAt,
      revision: snapshot.revision,
      headline: snapshot.headline,
    }),
    words,
    headline: title,
    mark: headline.mark,
    troubled: severityOf(headline.mark) > severityOf('under_maintenance'),
    detailHtml,
    aboutHtml: page.description ? renderMarkdown(page.description, 2 + 1) : '',
    now: [
      ...open.slice(0, IN_FULL).map((incident) => openIncidentView(context, incident)),
      ...running.slice(0, IN_FULL).map((maintenance) => runningMaintenanceView(context, maintenance)),
    ],
    alsoOpen: [
      ...open.slice(IN_FULL).map((incident) => incidentLine(context, incident, false)),
      ...running.slice(IN_FULL).map((maintenance) => maintenanceLine(context, maintenance)),
    ],
    planned: planned.slice(0, IN_FULL).map((maintenance) => plannedView(context, maintenance)),
    alsoPlanned: planned.slice(IN_FULL).map((maintenance) => maintenanceLine(context, maintenance)),
    componentsHtml: componentListHtml(context, snapshot),
    grouped: snapshot.sections.some(({ group, count }) => group !== null && count > 0),
    axis:
      first && last
        ? {
            firstHtml: timeHtml(first.start, dates.dates(first.date)),
            lastHtml: timeHtml(last.start, dates.dates(last.date)),
          }
        : null,
    firstDay: first?.date ?? null,
    events: dayEvents(snapshot),
    recent: recentDays(context, snapshot),
  };
}

function byStart(a: SnapshotMaintenance, b: SnapshotMaintenance): number {
  return a.startsAt - b.startsAt;
}
