/** What is told on a page, incidents and maintenance windows with their updates, as the source tells it. */
import {
  COMPONENT_STATUSES,
  type ComponentStatus,
  IMPACTS,
  type Impact,
  INCIDENT_STATUSES,
  type IncidentStatus,
  MAINTENANCE_STATUSES,
  type MaintenanceStatus,
} from '../../domain/status.ts';
import { cleanBody, cleanName } from './clean.ts';
import type { Notes } from './notes.ts';
import type { SourceIncident, SourceMaintenance, SourceUpdate } from './statuspage-schema.ts';

const HOUR_MS = 60 * 60 * 1000;

interface PlannedUpdate<Status> {
  v2Id: string;
  status: Status;
  body: string;
  at: number;
}

export interface PlannedIncidentUpdate extends PlannedUpdate<IncidentStatus> {
  /** Components by the source's ids. */
  said: { id: string; status: ComponentStatus }[];
}

export interface PlannedIncident {
  v2Id: string;
  title: string;
  impact: Impact;
  startedAt: number;
  /** Null while it is open. */
  resolvedAt: number | null;
  createdAt: number;
  updatedAt: number;
  /** Oldest first, at least one. */
  updates: PlannedIncidentUpdate[];
  /** The management API knows no id of it. */
  postmortem: { v2Id: string | null; body: string; at: number } | null;
}

export interface PlannedWindow {
  v2Id: string;
  title: string;
  status: MaintenanceStatus;
  startsAt: number;
  endsAt: number;
  startedAt: number | null;
  completedAt: number | null;
  overrunning: boolean;
  autoStart: boolean;
  autoComplete: boolean;
  createdAt: number;
  updatedAt: number;
  /** Components by the source's ids. */
  components: string[];
  /** Oldest first, at least one. */
  updates: PlannedUpdate<MaintenanceStatus>[];
}

/** Statuses of the one kind in the words of the other: the source lets both be posted on both. */
const INCIDENT_WORDS: Record<string, IncidentStatus> = {
  postmortem: 'resolved',
  completed: 'resolved',
  verifying: 'monitoring',
  in_progress: 'identified',
  scheduled: 'investigating',
};
const WINDOW_WORDS: Record<string, MaintenanceStatus> = {
  postmortem: 'completed',
  resolved: 'completed',
  monitoring: 'verifying',
  identified: 'in_progress',
  investigating: 'in_progress',
};

function incidentStatus(word: string, title: string, notes: Notes): IncidentStatus {
  const status = INCIDENT_STATUSES.find((known) => known === word) ?? INCIDENT_WORDS[word];
  if (!status) notes.add(`The incident status "${word}" is unknown and was taken as investigating`, title);
  return status ?? 'investigating';
}

function windowStatus(word: string, title: string, notes: Notes): MaintenanceStatus {
  const status = MAINTENANCE_STATUSES.find((known) => known === word) ?? WINDOW_WORDS[word];
  if (!status) notes.add(`The maintenance status "${word}" is unknown and was taken as scheduled`, title);
  return status ?? 'scheduled';
}

/** The source's updates, oldest first, with the moment that each is shown at; it lists the newest first. */
function inOrder(source: SourceIncident): { update: SourceUpdate; at: number }[] {
  const listed = source.incident_updates ?? [];
  const silent: SourceUpdate = { id: source.id, status: source.status, created_at: source.created_at };
  const updates = listed.length > 0 ? listed.toReversed() : [silent];
  return updates
    .map((update) => ({ update, at: update.display_at ?? update.created_at }))
    .sort((a, b) => a.at - b.at);
}

/** Names of components by the source's ids: what is not among them is gone, or a group. */
type Names = ReadonlyMap<string, string>;

function saidIn(
  update: SourceUpdate,
  title: string,
  names: Names,
  notes: Notes,
): PlannedIncidentUpdate['said'] {
  const said = new Map<string, ComponentStatus>();
  for (const { code, new_status } of update.affected_components ?? []) {
    const status = COMPONENT_STATUSES.find((known) => known === new_status);
    if (!names.has(code))
      notes.add('An incident names components that the page does not list; they were left out', title);
    else if (status) said.set(code, status);
  }
  return [...said].map(([id, status]) => ({ id, status }));
}

/** An incident with all its updates at their original times; what it only lists, its first update names. */
export function planIncident(source: SourceIncident, names: Names, notes: Notes): PlannedIncident {
  const title = cleanName(source.name, 'incident', notes);
  const ordered = inOrder(source);
  const told = ordered.filter(({ update }) => update.status !== 'postmortem');
  const postmortem = ordered.findLast(({ update }) => update.status === 'postmortem');
  const updates = (told.length > 0 ? told : ordered).map(({ update, at }) => ({
    v2Id: update.id,
    status: incidentStatus(update.status, title, notes),
    body: cleanBody(update.body, title, notes),
    at,
    said: saidIn(update, title, names, notes),
  }));
  const named = new Set(updates.flatMap(({ said }) => said.map(({ id }) => id)));
  for (const { id, status } of source.components ?? []) {
    const shown = COMPONENT_STATUSES.find((known) => known === status);
    if (!named.has(id) && names.has(id) && shown) updates[0]!.said.push({ id, status: shown });
  }
  const newest = updates.at(-1)!;
  const impact = IMPACTS.find((known) => known === source.impact);
  return {
    v2Id: source.id,
    title,
    impact: impact ?? 'none',
    startedAt: source.started_at ?? Math.min(source.created_at, updates[0]!.at),
    resolvedAt: newest.status === 'resolved' ? (source.resolved_at ?? newest.at) : null,
    createdAt: source.created_at,
    updatedAt: source.updated_at ?? newest.at,
    updates,
    postmortem: postmortemOf(source, postmortem, title, notes),
  };
}

/** An update of its own in the public documents, fields beside the updates in those of the management API. */
function postmortemOf(
  source: SourceIncident,
  told: { update: SourceUpdate; at: number } | undefined,
  title: string,
  notes: Notes,
): PlannedIncident['postmortem'] {
  if (told) {
    return { v2Id: told.update.id, body: cleanBody(told.update.body, title, notes), at: told.at };
  }
  const at = source.postmortem_published_at;
  if (!source.postmortem_body || !at) return null;
  return { v2Id: null, body: cleanBody(source.postmortem_body, title, notes), at };
}

/**
 * A maintenance window as it stands at the source. What the source let pass by its own time, a start or an end, it does
 * not do by the clock, and neither do we.
 *
 * @param takenAt when the source's page last changed, in ms
 */
export function planWindow(
  source: SourceMaintenance,
  takenAt: number | null,
  names: Names,
  notes: Notes,
): PlannedWindow {
  const title = cleanName(source.name, 'maintenance window', notes);
  const startsAt = source.scheduled_for;
  const until = source.scheduled_until ?? startsAt;
  if (until <= startsAt) notes.add('A maintenance window has no end; it got an hour', title);
  const endsAt = until > startsAt ? until : startsAt + HOUR_MS;
  const updates = inOrder(source).map(({ update, at }) => ({
    v2Id: update.id,
    status: windowStatus(update.status, title, notes),
    body: cleanBody(update.body, title, notes),
    at,
  }));
  const status = windowStatus(source.status, title, notes);
  const startedAt = updates.find(
    (update) => update.status === 'in_progress' || update.status === 'verifying',
  )?.at;
  const isOver = status === 'completed' || status === 'cancelled';
  const endedAt = source.resolved_at ?? updates.findLast((update) => update.status === status)?.at ?? endsAt;
  const started = status === 'scheduled' || status === 'cancelled' ? null : (startedAt ?? startsAt);
  const passed = (moment: number) => takenAt !== null && moment < takenAt;
  const overrunning = (status === 'in_progress' || status === 'verifying') && passed(endsAt);
  return {
    v2Id: source.id,
    title,
    status,
    startsAt,
    endsAt,
    startedAt: started,
    completedAt: isOver ? Math.max(endedAt, started ?? endedAt) : null,
    overrunning,
    autoStart: source.scheduled_auto_in_progress !== false && !(status === 'scheduled' && passed(startsAt)),
    autoComplete: source.scheduled_auto_completed !== false && !overrunning,
    createdAt: source.created_at,
    updatedAt: source.updated_at ?? updates.at(-1)!.at,
    components: componentsOf(source, title, names, notes),
    updates,
  };
}

function componentsOf(source: SourceMaintenance, title: string, names: Names, notes: Notes): string[] {
  const listed = (source.components ?? []).map(({ id }) => id);
  const affected = (source.incident_updates ?? []).flatMap((update) => update.affected_components ?? []);
  const ids = listed.length > 0 ? listed : affected.map(({ code }) => code);
  const gone = ids.some((id) => !names.has(id));
  if (gone)
    notes.add('A maintenance window names components that the page does not list; they were left out', title);
  return [...new Set(ids)].filter((id) => names.has(id));
}
