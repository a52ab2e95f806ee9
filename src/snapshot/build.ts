import { incidentFrom } from '../../db/told.ts';
import { lastDays, monthOf } from '../domain/calendar.ts';
import { headlineOf } from '../domain/headline.ts';
import { logoFile } from '../domain/logo.ts';
import { COMPONENT_STATUSES, type ComponentStatus, worstOf } from '../domain/status.ts';
import { type DayLength, type DayRecord, recordsOf, uptimePercent } from '../domain/uptime.ts';
import { type ComponentTuple, DAYS_SHOWN, type PageRows, type ShownTuple } from './load.ts';
import type { PageFacts, PageSnapshot, Section, SnapshotComponent } from './schema.ts';
import { SNAPSHOT_FORMAT } from './schema.ts';

/** The closed days that a snapshot was made with, by component: handed on, as the same arrays, while they hold. */
const closedOf = new WeakMap<PageSnapshot, Map<string, DayRecord[]>>();
const NO_DAYS: DayRecord[] = [];

/** True when `known` can stand in for what `rows` leave out. */
export function isReusable(known: PageSnapshot | null): known is PageSnapshot {
  return known !== null && closedOf.has(known);
}

/**
 * The public truth of one page, a pure function of rows and `now` (ms). What `rows` leave out comes from `known`, the
 * snapshot that they were loaded against.
 *
 * @param publicUrl the operator's origin, without a final slash
 */
export function buildSnapshot(
  rows: PageRows,
  now: number,
  publicUrl: string,
  known: PageSnapshot | null,
): PageSnapshot {
  const { page } = rows;
  const days = lastDays(now, page.timezone, DAYS_SHOWN);
  const closed =
    rows.closedDays === null && known ? closedOf.get(known)! : closedByComponent(rows, days[0]!.date);
  const open = openDays(rows, days);
  const groupNames = new Map(rows.groups.map(([id, , name]) => [id, { id, name }]));
  const before = new Map(known?.components.map((component) => [component.id, component]));
  const components = rows.components.map((tuple, index) => {
    const [id, , groupId] = tuple;
    const facts = {
      position: index + 1,
      group: groupId === null ? null : groupNames.get(groupId)!,
      days: closed.get(id) ?? NO_DAYS,
    };
    const same = before.get(id);
    return same && !open.has(id) && isAsBefore(same, tuple, facts, days)
      ? same
      : componentOf(tuple, facts, days, open.get(id));
  });
  const statuses = components.map((component) => component.status);
  const incidents = merged(rows.incidentIds, rows.incidents.map(incidentFrom), known?.incidents ?? []);
  const maintenance = merged(rows.windowIds, rows.windows, known?.maintenance ?? []);
  const openIncidents = incidents.filter((incident) => incident.status !== 'resolved');
  const snapshot: PageSnapshot = {
    format: SNAPSHOT_FORMAT,
    revision: page.revision,
    changedAt: page.changedAt,
    asOf: now,
    page: factsOf(rows, publicUrl),
    ...(page.logo === null ? {} : { logo: page.logo.content }),
    status: worstOf(statuses),
    headline: headlineOf(statuses, openIncidents),
    indicators: countOf(statuses),
    components,
    sections: sectionsOf(rows, components),
    days,
    incidents,
    maintenance,
    totals: { components: components.length, ...rows.totals },
    firstMonth: monthOf(Math.min(rows.firstAt ?? now, page.createdAt, now), page.timezone),
    daysVersion: page.daysVersion,
  };
  closedOf.set(snapshot, closed);
  return snapshot;
}

function factsOf({ page }: PageRows, publicUrl: string): PageFacts {
  const formUrl = `${publicUrl}/p/${page.slug}`;
  const routed = page.domain !== null && page.domainRoutedAt !== null;
  return {
    id: page.id,
    v2Id: page.v2Id,
    slug: page.slug,
    name: page.name,
    description: page.description,
    timezone: page.timezone,
    language: page.language,
    languages: [page.language, ...page.languages.filter((language) => language !== page.language)],
    accent: page.accent,
    ...(page.logo === null ? {} : { logo: logoFile(page.logo) }),
    url: routed ? `${publicUrl.slice(0, publicUrl.indexOf(':'))}://${page.domain}` : formUrl,
    formUrl,
    createdAt: page.createdAt,
  };
}

function closedByComponent(rows: PageRows, firstDay: string): Map<string, DayRecord[]> {
  const byComponent = new Map<string, DayRecord[]>();
  for (const [id, date, ...times] of rows.closedDays ?? []) {
    if (date < firstDay) continue;
    const shown = Object.fromEntries(COMPONENT_STATUSES.map((status, place) => [status, times[place] ?? 0]));
    const list = byComponent.get(id) ?? [];
    list.push({ date, shown: shown as Record<ComponentStatus, number> });
    byComponent.set(id, list);
  }
  return byComponent;
}

/** The change points of each component since the first day that is not closed, for those that are not simply well. */
function openDays(rows: PageRows, days: DayLength[]): Map<string, { first: string; changes: ShownTuple[] }> {
  const first = [rows.page.openDay, days[0]!.date].sort()[1]!;
  const byComponent = new Map<string, { first: string; changes: ShownTuple[] }>();
  for (const tuple of rows.components) {
    if (tuple[6] !== 'operational') byComponent.set(tuple[0], { first, changes: [] });
  }
  for (const change of rows.shown) {
    const entry = byComponent.get(change[0]) ?? { first, changes: [] };
    entry.changes.push(change);
    byComponent.set(change[0], entry);
  }
  return byComponent;
}

interface ComponentFacts {
  position: number;
  group: SnapshotComponent['group'];
  /** The closed days. */
  days: DayRecord[];
}

function componentOf(
  [id, v2Id, , name, code, description, status, since, createdAt, updatedAt]: ComponentTuple,
  { position, group, days: closed }: ComponentFacts,
  days: DayLength[],
  open: { first: string; changes: ShownTuple[] } | undefined,
): SnapshotComponent {
  // A day that has begun, but whose eve is not closed yet, has pushed the oldest one out.
  const recent =
    closed[0] && closed[0].date < days[0]!.date ? closed.filter(({ date }) => date >= days[0]!.date) : closed;
  const records = open ? withOpenDays(recent, open, status, days, since) : recent;
  return {
    id,
    v2Id,
    name,
    code,
    description,
    status,
    position,
    group,
    since,
    createdAt,
    updatedAt,
    days: records,
    percent: percentOf(days, records, since),
  };
}

/**
 * True of most components, of which nothing changed and which have no trouble behind them. They stay the very objects that
 * they were: what was made of them is good for another revision.
 */
function isAsBefore(
  known: SnapshotComponent,
  [, v2Id, , name, code, description, status, since, createdAt, updatedAt]: ComponentTuple,
  { position, group, days: closed }: ComponentFacts,
  days: DayLength[],
): boolean {
  return (
    known.updatedAt === updatedAt &&
    known.position === position &&
    known.status === status &&
    known.days === closed &&
    closed.length === 0 &&
    known.percent[1] === 100 &&
    isWellThroughout(days, closed, since) &&
    known.since === since &&
    known.createdAt === createdAt &&
    known.v2Id === v2Id &&
    known.name === name &&
    known.code === code &&
    known.description === description &&
    known.group?.id === group?.id &&
    known.group?.name === group?.name
  );
}

function withOpenDays(
  closed: DayRecord[],
  { first, changes }: { first: string; changes: ShownTuple[] },
  status: ComponentStatus,
  days: DayLength[],
  since: number,
): DayRecord[] {
  const openDays = days.filter((day) => day.date >= first);
  const start = openDays[0]?.start ?? 0;
  const before = changes.findLast(([, at]) => at < start)?.[2];
  const points = [
    { at: start, status: before ?? changes[0]?.[3] ?? status },
    ...changes.filter(([, at]) => at >= start).map(([, at, shown]) => ({ at, status: shown })),
  ];
  const records = recordsOf(points, openDays, since);
  return records.length === 0 ? closed : [...closed.filter((day) => day.date < first), ...records];
}

/** No trouble, and there for a while. */
function isWellThroughout(days: DayLength[], records: DayRecord[], since: number): boolean {
  const last = days.at(-1)!;
  return records.length === 0 && last.length > 0 && since < last.start + last.length;
}

function percentOf(days: DayLength[], records: DayRecord[], since: number): SnapshotComponent['percent'] {
  if (isWellThroughout(days, records, since)) return { 1: 100, 7: 100, 30: 100, 90: 100 };
  const of = (count: number) => uptimePercent(days, records, since, count);
  return { 1: of(1), 7: of(7), 30: of(30), 90: of(90) };
}

function countOf(statuses: readonly ComponentStatus[]): Record<ComponentStatus, number> {
  const counts: Record<ComponentStatus, number> = {
    operational: 0,
    degraded_performance: 0,
    partial_outage: 0,
    major_outage: 0,
    under_maintenance: 0,
  };
  for (const status of statuses) counts[status]++;
  return counts;
}

function rollUp(inside: SnapshotComponent[]) {
  return {
    status: worstOf(inside.map((component) => component.status)),
    affected: inside.filter(({ status }) => status !== 'operational' && status !== 'under_maintenance')
      .length,
  };
}

function sectionsOf(rows: PageRows, components: SnapshotComponent[]): Section[] {
  const groups = new Map(
    rows.groups.map(([id, v2Id, name, createdAt, updatedAt]) => [
      id,
      { id, v2Id, name, createdAt, updatedAt },
    ]),
  );
  const sections: Section[] = [];
  let first = 0;
  while (first < components.length) {
    const group = components[first]!.group;
    let end = first + 1;
    while (group && end < components.length && components[end]!.group?.id === group.id) end++;
    const row = group && groups.get(group.id);
    const inside = components.slice(first, end);
    sections.push({ group: row ? { ...row, ...rollUp(inside) } : null, first, count: end - first });
    first = end;
  }
  return sections;
}

function merged<T extends { id: string }>(ids: string[], fresh: T[], known: T[]): T[] {
  const byId = new Map([...known, ...fresh].map((one) => [one.id, one]));
  return ids.map((id) => byId.get(id)!);
}
