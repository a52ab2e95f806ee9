import type { ComponentStatus } from '../../domain/status.ts';
import type { PageFacts, SnapshotIncident, SnapshotMaintenance } from '../../snapshot/schema.ts';
import type { Dictionary } from '../../text/dictionary.ts';
import { duration } from '../../text/duration.ts';
import { renderMarkdown } from '../../text/markdown.ts';
import { paths } from '../paths.ts';
import { type ChromeView, chromeView, type LinkView } from './chrome.ts';
import { contextOf, momentHtml, rangeHtml, summaryOf, type ViewContext } from './context.ts';
import { componentsHtml, held, incidentUpdates, type UpdateView, updateViews } from './event.ts';
import { markOfImpact } from './mark.ts';

/** On a page of its own, the headings of a text come right below those of the page. */
const TOP_HEADING = 3;

/** The page of one incident or one maintenance window. */
export interface EventPageView {
  chrome: ChromeView;
  words: Dictionary;
  kind: string;
  mark: ComponentStatus;
  title: string;
  facts: { name: string; valueHtml: string }[];
  componentsHtml: string;
  updates: UpdateView[];
  postmortemHtml: string;
  /** The month in the history; the history itself of what has not begun, since its month may not have come yet. */
  month: LinkView;
}

/** What the page of an incident shows; nothing of the page's present state. */
export function incidentView(page: PageFacts, incident: SnapshotIncident): EventPageView {
  const context = contextOf(page, paths.incident(incident.id), null);
  const { words } = context;
  const { startedAt, resolvedAt } = incident;
  const lasted = resolvedAt === null ? '' : duration(resolvedAt - startedAt, words.language);
  return {
    chrome: eventChrome(context, paths.incident(incident.id), incident),
    words,
    kind: words.incident,
    mark: markOfImpact(incident.impact),
    title: incident.title,
    facts: facts(
      [words.status, words.incidentStatus[incident.status]],
      [words.impactLabel, words.impact[incident.impact]],
      [words.from, resolvedAt === null ? momentHtml(context, startedAt) : ''],
      [words.time, resolvedAt === null ? '' : rangeHtml(context, startedAt, resolvedAt)],
      [words.lasted, lasted],
    ),
    componentsHtml: componentsHtml(context, incident.components),
    updates: incidentUpdates(context, incident, TOP_HEADING),
    postmortemHtml: incident.postmortem ? renderMarkdown(incident.postmortem.body, TOP_HEADING) : '',
    month: monthLink(context, startedAt),
  };
}

/** What the page of a maintenance window shows; nothing of the page's present state. */
export function maintenanceView(page: PageFacts, maintenance: SnapshotMaintenance): EventPageView {
  const context = contextOf(page, paths.maintenance(maintenance.id), null);
  const { words } = context;
  const { startsAt, endsAt, startedAt, completedAt, overrunning } = maintenance;
  const over = startedAt !== null && completedAt !== null;
  const status = words.maintenanceStatus[maintenance.status];
  return {
    chrome: eventChrome(context, paths.maintenance(maintenance.id), maintenance),
    words,
    kind: words.maintenance,
    mark: 'under_maintenance',
    title: maintenance.title,
    facts: facts(
      [words.status, overrunning ? `${status}. ${words.overrunning}` : status],
      [words.plan, rangeHtml(context, startsAt, endsAt)],
      [words.from, startedAt === null || over ? '' : momentHtml(context, startedAt)],
      [words.time, over ? rangeHtml(context, startedAt, completedAt) : ''],
      [words.lasted, over ? duration(completedAt - startedAt, words.language) : ''],
    ),
    componentsHtml: componentsHtml(context, held(maintenance)),
    updates: updateViews(context, maintenance.updates, words.maintenanceStatus, TOP_HEADING),
    postmortemHtml: '',
    month:
      startedAt === null && maintenance.status !== 'completed'
        ? historyLink(context)
        : monthLink(context, startedAt ?? startsAt),
  };
}

function eventChrome(
  context: ViewContext,
  path: string,
  event: { title: string; updates: readonly { body: string }[] },
): ChromeView {
  const description = summaryOf(event.updates[0]?.body ?? '');
  return chromeView(context, { path, title: event.title, description, mark: null, changedAt: null });
}

function facts(...all: [name: string, valueHtml: string][]): EventPageView['facts'] {
  return all.filter(([, valueHtml]) => valueHtml !== '').map(([name, valueHtml]) => ({ name, valueHtml }));
}

function monthLink({ dates, base }: ViewContext, at: number): LinkView {
  const month = dates.monthOf(at);
  return { href: base + paths.month(month), text: dates.month(month) };
}

function historyLink({ words, base }: ViewContext): LinkView {
  return { href: base + paths.history, text: words.history };
}
