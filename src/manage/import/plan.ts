/**
 * What a page of Statuspage becomes here, a pure function of its files. Things are named by the source's ids, which
 * stay as `v2Id`; so a second run finds what the first one made.
 */
import { isTimeZone } from '../../domain/calendar.ts';
import { COMPONENT_STATUSES, type ComponentStatus } from '../../domain/status.ts';
import { agreeOnStatus } from './agree.ts';
import { cleanDescription, cleanName } from './clean.ts';
import { noteLostFields } from './lost-fields.ts';
import type { Notes } from './notes.ts';
import { type PlannedIncident, type PlannedWindow, planIncident, planWindow } from './plan-told.ts';
import type { SourceComponent, SourceSummary } from './statuspage-schema.ts';

export interface PlannedGroup {
  v2Id: string;
  name: string;
  createdAt: number;
  updatedAt: number;
}

export interface PlannedComponent extends PlannedGroup {
  description: string | null;
  /** The source's id of its group. */
  group: string | null;
  /** Uptime counts from here. */
  since: number;
  /** What the source shows. */
  status: ComponentStatus;
  /** What has to be set, so that with what holds it that shows. */
  setStatus: ComponentStatus;
}

export interface Plan {
  page: { v2Id: string; name: string; timezone: string };
  groups: PlannedGroup[];
  components: PlannedComponent[];
  /** The top level, by the source's ids; components stand in the order of `components` in it. */
  order: { group: string | null; components: string[] }[];
  incidents: PlannedIncident[];
  windows: PlannedWindow[];
  /** The source lists some components alone: what is there keeps its place, group and status. */
  partial: boolean;
}

const byPosition = (a: SourceComponent, b: SourceComponent) =>
  (a.position ?? Infinity) - (b.position ?? Infinity) || 0;

function uniqueById<T extends { id: string }>(list: readonly T[]): T[] {
  return [...new Map(list.map((one) => [one.id, one])).values()];
}

/** The groups' ids by component: as the component says, else as a group lists it. */
function groupsOf(all: readonly SourceComponent[]): Map<string, string> {
  const groups = new Set(all.filter((one) => one.group).map((one) => one.id));
  const home = new Map<string, string>();
  for (const group of all) if (group.group) for (const id of group.components ?? []) home.set(id, group.id);
  for (const { id, group, group_id } of all)
    if (!group && group_id && groups.has(group_id)) home.set(id, group_id);
  return home;
}

function statusOf(source: SourceComponent, notes: Notes): ComponentStatus {
  const status = COMPONENT_STATUSES.find((known) => known === source.status);
  if (!status)
    notes.add(`The status "${source.status}" is unknown and was taken as operational`, source.name);
  return status ?? 'operational';
}

function planComponent(source: SourceComponent, group: string | null, notes: Notes): PlannedComponent {
  const name = cleanName(source.name, 'component', notes);
  const status = statusOf(source, notes);
  return {
    v2Id: source.id,
    name,
    description: cleanDescription(source.description, name, notes),
    group,
    since: source.start_date ?? source.created_at,
    createdAt: source.created_at,
    updatedAt: source.updated_at,
    status,
    setStatus: status,
  };
}

/** Plans the import of a page: its structure in the provider's order, what is told, and which statuses have to be set. */
export function planImport(summary: SourceSummary & { partial?: boolean }, notes: Notes): Plan {
  const all = uniqueById(summary.components);
  const home = groupsOf(all);
  const top = all.filter((one) => one.group || !home.has(one.id)).sort(byPosition);
  const grouped = all.filter((one) => !one.group && home.has(one.id)).sort(byPosition);
  const insideOf = (group: string) => grouped.filter((one) => home.get(one.id) === group);
  const sections = top.map((one) => ({
    group: one.group ? one.id : null,
    sources: one.group ? insideOf(one.id) : [one],
  }));
  const components = sections.flatMap(({ group, sources }) =>
    sources.map((one) => planComponent(one, group, notes)),
  );
  const names = new Map(components.map((one) => [one.v2Id, one.name]));
  const incidents = uniqueById(summary.incidents).map((one) => planIncident(one, names, notes));
  const takenAt = summary.page.updated_at ?? null;
  const windows = uniqueById(summary.scheduled_maintenances).map((one) =>
    planWindow(one, takenAt, names, notes),
  );
  agreeOnStatus(components, incidents, windows, notes);
  noteLostFields(summary, notes);
  return {
    page: {
      v2Id: summary.page.id,
      name: cleanName(summary.page.name, 'page', notes),
      timezone: timeZoneOf(summary, notes),
    },
    groups: top
      .filter((one) => one.group)
      .map((one) => ({
        v2Id: one.id,
        name: cleanName(one.name, 'group', notes),
        createdAt: one.created_at,
        updatedAt: one.updated_at,
      })),
    components,
    order: sections.map(({ group, sources }) => ({ group, components: sources.map((one) => one.id) })),
    incidents,
    windows,
    partial: summary.partial ?? false,
  };
}

function timeZoneOf({ page }: SourceSummary, notes: Notes): string {
  const zone = page.time_zone ?? 'Etc/UTC';
  if (isTimeZone(zone)) return zone;
  notes.add('The time zone is not known here; the page got Etc/UTC', zone);
  return 'Etc/UTC';
}
