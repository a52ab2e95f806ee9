import type { ComponentStatus } from '../domain/status.ts';
import { type DayLength, type DayRecord, recordsOf, uptimePercent } from '../domain/uptime.ts';
import type { ComponentTuple, PageRows, ShownTuple } from './load.ts';
import type { PageSnapshot, SnapshotComponent } from './schema.ts';

const NO_DAYS: DayRecord[] = [];

/**
 * The components of a page in display order. Those that nothing befell are the very objects of `known`.
 *
 * @param days the days shown, the last of them not over
 * @param closed the closed days by component
 */
export function componentsOf(
  rows: PageRows,
  days: DayLength[],
  closed: ReadonlyMap<string, DayRecord[]>,
  known: PageSnapshot | null,
): SnapshotComponent[] {
  const open = openDays(rows, days);
  const groupNames = new Map(rows.groups.map(([id, , name]) => [id, { id, name }]));
  const before = new Map(known?.components.map((component) => [component.id, component]));
  return rows.components.map((tuple, index) => {
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
