import { incidentFrom } from '../../db/told.ts';
import { lastDays, monthOf } from '../domain/calendar.ts';
import { headlineOf } from '../domain/headline.ts';
import { logoFile } from '../domain/logo.ts';
import { COMPONENT_STATUSES, type ComponentStatus, worstOf } from '../domain/status.ts';
import type { DayRecord } from '../domain/uptime.ts';
import { componentsOf } from './components.ts';
import { DAYS_SHOWN, type PageRows } from './load.ts';
import type { PageFacts, PageSnapshot, Section, SnapshotComponent } from './schema.ts';
import { SNAPSHOT_FORMAT } from './schema.ts';

/** The closed days that a snapshot was made with, by component: handed on, as the same arrays, while they hold. */
const closedOf = new WeakMap<PageSnapshot, Map<string, DayRecord[]>>();

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
  const components = componentsOf(rows, days, closed, known);
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
