/**
 * What has to be known of the past of components, to work out anew what they showed: all that held them, and what they
 * are on record with. A change that reaches back states up front that it does, and knows it with all the rest.
 */
import { ask, type Question, question } from '../../db/question.ts';
import type { IncidentUpdate } from '../domain/records.ts';
import type { ComponentStatus, IncidentStatus } from '../domain/status.ts';
import { claimsOf, endedBy, type Facts, type SaidUpdate } from '../domain/timeline.ts';
import type { Change } from './command.ts';

/** What a component showed from `at` (ms) on, and until then. */
export type ShownChange = [at: number, status: ComponentStatus, previous: ComponentStatus];

interface SaidBefore {
  startedAt: number;
  said: readonly SaidUpdate[];
}

interface HeldBefore {
  id: string;
  from: number;
  to: number | null;
}

/** The past of some components from a moment on. */
export interface Past {
  /** Milliseconds: of what was over by then, nothing is here. */
  from: number;
  /** Since when (ms) each counts. */
  since: ReadonlyMap<string, number>;
  sets: readonly { id: string; at: number; status: ComponentStatus }[];
  incidents: readonly SaidBefore[];
  holds: readonly HeldBefore[];
  /** Oldest first, by component; from the start of the first day on, in any zone. */
  shown: ReadonlyMap<string, readonly ShownChange[]>;
}

/** Later than all that is known. */
const NEVER = 8.64e15;
/** No day lasts longer. */
const LONGEST_DAY_MS = 2 * 24 * 60 * 60 * 1000;

/**
 * The past of components of the page `?1`, those named by the incident or window `?2` and those in the list `?3`, without
 * what that subject holds them by: from its start on, or from `?4`, if that is earlier.
 */
export const pastText = `(with named(id) as (select id from components where page_id = ?1 and id in (
    select value from json_each(?3) union select component_id from update_components where incident_id = ?2
    union select component_id from window_components where window_id = ?2)),
  first(moment) as (select min(?4, coalesce((select min(started_at) from incidents where id = ?2), ?4),
    coalesce((select min(created_at) from incident_updates where incident_id = ?2), ?4),
    coalesce((select min(started_at) from maintenance_windows where id = ?2), ?4)))
  select json_object('from', moment,
    'since', (select json_group_array(json_array(id, since)) from components where id in (select id from named)),
    'sets', (select json_group_array(json_array(component_id, at, status)) from
      (select * from set_changes where component_id in (select id from named) order by at)),
    'incidents', (select json_group_array(json_array(o.started_at, o.resolved_at,
      (select json_group_array(json_array(u.created_at, u.status,
        (select json_group_array(json_array(c.component_id, c.status)) from update_components c where c.update_id = u.id)))
        from (select * from incident_updates where incident_id = o.id order by created_at, id) u)))
      from incidents o where o.id <> ?2 and (o.resolved_at is null or o.resolved_at >= moment)
        and o.id in (select incident_id from update_components where component_id in (select id from named))),
    'holds', (select json_group_array(json_array(c.component_id, o.started_at, o.completed_at))
      from window_components c join maintenance_windows o on o.id = c.window_id
      where c.component_id in (select id from named) and o.id <> ?2
        and o.started_at is not null and (o.completed_at is null or o.completed_at >= moment)),
    'shown', (select json_group_array(json_array(component_id, at, status, previous)) from
      (select * from shown_changes where component_id in (select id from named) and at >= moment - ${LONGEST_DAY_MS}
        order by at))) from first)`;

/** As `pastText` answers. */
export interface PastRow {
  from: number;
  since: [id: string, at: number][];
  sets: [id: string, at: number, status: ComponentStatus][];
  incidents: [startedAt: number, resolvedAt: number | null, updates: UpdateRow[]][];
  holds: [id: string, from: number, to: number | null][];
  shown: [id: string, ...change: ShownChange][];
}

type UpdateRow = [at: number, status: IncidentStatus, named: [id: string, status: ComponentStatus][]];

/** What `pastText` answered. */
export function pastFrom(row: PastRow): Past {
  const shown = new Map<string, ShownChange[]>();
  for (const [id, ...change] of row.shown) {
    const known = shown.get(id);
    if (known) known.push(change);
    else shown.set(id, [change]);
  }
  return {
    from: row.from,
    since: new Map(row.since),
    sets: row.sets.map(([id, at, status]) => ({ id, at, status })),
    incidents: row.incidents.map(([startedAt, resolvedAt, updates]) => ({
      startedAt,
      said: endedBy(updates.map(saidBy), resolvedAt),
    })),
    holds: row.holds.map(([id, from, to]) => ({ id, from, to })),
    shown,
  };
}

function saidBy([at, status, named]: UpdateRow): SaidUpdate {
  return { at, status, components: named.map(([id, said]) => ({ id, status: said })) };
}

const PAST = `select ${pastText} as answer`;

/**
 * The past of components from `from` (ms) on, but for what an incident or a window holds them by: in it comes what that
 * says now.
 */
export function pastBesides(
  pageId: string,
  ids: readonly string[],
  from: number,
  subjectId = '',
): Question<Past> {
  const { statement, read } = question<PastRow>(PAST, pageId, subjectId, JSON.stringify(ids), from);
  return { statement, read: (rows) => pastFrom(read(rows)!) };
}

/** Whether a change may reach back in time. */
export type Reach = 'never' | 'whenReopened' | 'always';

/** The arguments of `pastText` behind the page and the subject, where it is asked. @param from ms, when it was said */
export function reachArgs(ids: readonly string[], reach: Reach, from = NEVER): (string | number)[] {
  return reach === 'never' ? [] : [JSON.stringify(ids), Math.min(from, NEVER)];
}

/** The past as it is known, or asked for now: of what reaches back further than was to be expected. */
export async function pastOf(
  change: Change,
  known: Past | null,
  ids: readonly string[],
  from: number,
  subjectId: string,
): Promise<Past> {
  if (known && known.from <= from) return known;
  return (await ask(change.tx.$client, { past: pastBesides(change.page.id, ids, from, subjectId) })).past;
}

/** The past, with what an incident says now. @param updates newest first */
export function withIncident(
  past: Past,
  { startedAt, resolvedAt }: { startedAt: number; resolvedAt: number | null },
  updates: readonly IncidentUpdate[],
): Past {
  const said = updates.toReversed().map((one) => ({ ...one, at: one.createdAt }));
  return { ...past, incidents: [...past.incidents, { startedAt, said: endedBy(said, resolvedAt) }] };
}

/** The past, with a window as it is now. */
export function withWindow(
  past: Past,
  { startedAt, completedAt }: { startedAt: number | null; completedAt: number | null },
  ids: readonly string[],
): Past {
  if (startedAt === null) return past;
  const holds = ids.map((id) => ({ id, from: startedAt, to: completedAt }));
  return { ...past, holds: [...past.holds, ...holds] };
}

/** All that held one component. */
export function factsOf({ sets, incidents, holds }: Past, id: string): Facts {
  return {
    set: sets.filter((entry) => entry.id === id),
    claims: incidents.flatMap(({ said, startedAt }) => claimsOf(said, startedAt, id)),
    holds: holds.filter((hold) => hold.id === id),
  };
}
