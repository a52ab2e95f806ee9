import type { ComponentStatus, IncidentStatus, MaintenanceStatus } from '../../domain/status.ts';
import type {
  SnapshotIncident,
  SnapshotIncidentComponent,
  SnapshotMaintenance,
  SnapshotUpdate,
} from '../../snapshot/schema.ts';
import { escapeHtml } from '../../text/escape-html.ts';
import { renderMarkdown } from '../../text/markdown.ts';
import { paths } from '../paths.ts';
import { momentHtml, rangeHtml, timeHtml, type ViewContext } from './context.ts';
import { markHtml, markOfImpact } from './mark.ts';

/** So many components of an event are named beside others on a page. */
const NAMED = 24;

/** An incident or a maintenance window with its whole story. */
export interface EventView {
  mark: ComponentStatus;
  title: string;
  href: string;
  /** What and when in one line: `Major impact · since 14:05 UTC`. */
  factsHtml: string;
  /** The items of a list of components, each with its mark. Empty without any. */
  componentsHtml: string;
  updates: UpdateView[];
}

/** One entry of a timeline. */
export interface UpdateView {
  timeHtml: string;
  /** Starts with the status in words. */
  bodyHtml: string;
  /** What is to be said below: when the next one comes, when this one was edited. */
  notesHtml: string[];
}

/** An open incident, as the status page tells it. */
export function openIncidentView(context: ViewContext, incident: SnapshotIncident): EventView {
  const { words, base } = context;
  const since = words.since(momentHtml(context, incident.startedAt, 'for'));
  return {
    mark: markOfImpact(incident.impact),
    title: incident.title,
    href: base + paths.incident(incident.id),
    factsHtml: factsHtml(words.impact[incident.impact], since),
    componentsHtml: componentsHtml(context, incident.components, NAMED),
    updates: incidentUpdates(context, incident),
  };
}

/** A running maintenance window, as the status page tells it. */
export function runningMaintenanceView(context: ViewContext, maintenance: SnapshotMaintenance): EventView {
  const { words, base } = context;
  return {
    mark: 'under_maintenance',
    title: maintenance.title,
    href: base + paths.maintenance(maintenance.id),
    factsHtml: factsHtml(
      words.maintenance,
      words.since(momentHtml(context, maintenance.startedAt ?? maintenance.startsAt, 'for')),
      maintenance.overrunning
        ? words.overrunning
        : words.plannedUntil(momentHtml(context, maintenance.endsAt)),
    ),
    componentsHtml: componentsHtml(context, held(maintenance), NAMED),
    updates: updateViews(context, maintenance.updates, words.maintenanceStatus),
  };
}

/** The updates of an incident, newest first; the newest says when the next one comes. */
export function incidentUpdates(
  context: ViewContext,
  incident: SnapshotIncident,
  topHeading?: number,
): UpdateView[] {
  const updates = updateViews(context, incident.updates, context.words.incidentStatus, topHeading);
  if (incident.nextUpdateAt !== null && incident.resolvedAt === null) {
    updates[0]?.notesHtml.unshift(
      context.words.nextUpdate(momentHtml(context, incident.nextUpdateAt, 'ahead')),
    );
  }
  return updates;
}

/** Updates in their order. `statusWords` are those of what they belong to. */
export function updateViews<Status extends IncidentStatus | MaintenanceStatus>(
  context: ViewContext,
  updates: readonly SnapshotUpdate<Status>[],
  statusWords: Record<Status, string>,
  topHeading?: number,
): UpdateView[] {
  const { dates, reference } = context;
  // In the archive the year stands above; the updates of one story tell only those that differ from its last one's.
  const near = updates[0]?.createdAt ?? 0;
  const timeOf = (at: number) => (reference === null ? dates.dated(at, near) : dates.moment(at, reference));
  return updates.map((update) => ({
    timeHtml: timeHtml(update.createdAt, timeOf(update.createdAt), reference === null ? 'dated' : 'moment'),
    bodyHtml: labelled(context, statusWords[update.status], renderMarkdown(update.body, topHeading)),
    notesHtml: update.editedAt === null ? [] : [context.words.edited(momentHtml(context, update.editedAt))],
  }));
}

/** Puts the status in front of the first words. It has a direction of its own, so that the text's decides the text's. */
function labelled({ words }: ViewContext, label: string, bodyHtml: string): string {
  const labelHtml = `<strong dir="${words.direction}">${label}.</strong>`;
  return bodyHtml.startsWith('<p>')
    ? `<p>${labelHtml} ${bodyHtml.slice('<p>'.length)}`
    : `<p>${labelHtml}</p>${bodyHtml}`;
}

/** Names with their marks, as items of a list. The mark says what the incident says of the component. */
export function componentsHtml(
  { words }: ViewContext,
  components: readonly SnapshotIncidentComponent[],
  most = Number.POSITIVE_INFINITY,
): string {
  const items = components
    .slice(0, most)
    .map(
      ({ name, status }) =>
        `<li>${markHtml(status, words.componentStatus[status])}<span dir="auto">${escapeHtml(name)}</span></li>`,
    );
  if (components.length > most) items.push(`<li>${words.more(components.length - most)}</li>`);
  return items.join('');
}

/** The components of a window with what it makes of them now. */
export function held(maintenance: SnapshotMaintenance): SnapshotIncidentComponent[] {
  const runs = maintenance.status === 'in_progress' || maintenance.status === 'verifying';
  const status = runs || maintenance.status === 'scheduled' ? 'under_maintenance' : 'operational';
  return maintenance.components.map((component) => ({ ...component, status }));
}

/** Parts of a line, with a dot between them; empty ones are left out. */
export function factsHtml(...parts: string[]): string {
  const line = parts.filter((part) => part !== '').join(' · ');
  return line.charAt(0).toUpperCase() + line.slice(1);
}

/** A window that is planned, for the list of what comes. */
export interface PlannedView {
  monthHtml: string;
  dayHtml: string;
  title: string;
  href: string;
  factsHtml: string;
  bodyHtml: string;
}

/** A planned maintenance window, as the status page tells it. */
export function plannedView(context: ViewContext, maintenance: SnapshotMaintenance): PlannedView {
  const { dates, base, words, reference } = context;
  const { startsAt } = maintenance;
  const month = dates.monthOf(startsAt);
  const thisYear = reference === null || month.slice(0, 4) === dates.monthOf(reference).slice(0, 4);
  const names = maintenance.components.slice(0, NAMED).map(({ name }) => name);
  const more = maintenance.components.length - names.length;
  const named = `<span dir="auto">${escapeHtml(names.join(words.comma))}</span>${more > 0 ? ` ${words.more(more)}` : ''}`;
  return {
    monthHtml: `${timeHtml(startsAt, dates.shortMonth(startsAt), 'shortMonth')}${thisYear ? '' : ` ${month.slice(0, 4)}`}`,
    dayHtml: timeHtml(startsAt, dates.dayOfMonth(startsAt), 'dayOfMonth'),
    title: maintenance.title,
    href: base + paths.maintenance(maintenance.id),
    factsHtml: factsHtml(rangeHtml(context, startsAt, maintenance.endsAt), names.length > 0 ? named : ''),
    bodyHtml: renderMarkdown(maintenance.updates[0]?.body ?? ''),
  };
}
