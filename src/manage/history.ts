/** What components showed in the past, worked out again from the facts: statuses set, incidents, windows. */
import { sql } from 'drizzle-orm';
import { inList, rowsOf, tuple } from '../../db/json-list.ts';
import type { ComponentStatus, IncidentStatus } from '../domain/status.ts';
import {
  claimsOf,
  endedBy,
  type Facts,
  type SaidUpdate,
  type Change as ShownChange,
  shownTimeline,
} from '../domain/timeline.ts';
import type { Change } from './command.ts';
import { recomputeDays } from './days.ts';

/**
 * Rewrites what the components showed from `from` (ms) until now, and the closed days between. Raises the version of the
 * page's days when any of them changed.
 */
export async function recomputeHistory(
  change: Change,
  componentIds: readonly string[],
  from: number,
): Promise<void> {
  const facts = await factsOf(change, componentIds, from);
  const rows: [string, number, ComponentStatus, ComponentStatus][] = [];
  const last: [string, ComponentStatus][] = [];
  for (const id of componentIds) {
    // The point before `from` tells what was shown until then.
    const timeline = shownTimeline(facts(id), from - 1, change.now);
    timeline.slice(1).forEach((point: ShownChange, place) => {
      rows.push([id, point.at, point.status, timeline[place]!.status]);
    });
    last.push([id, timeline.at(-1)!.status]);
  }
  change.write(
    change.tx.run(
      sql`delete from shown_changes where component_id ${inList(componentIds)} and at >= ${from}`,
    ) as never,
    change.tx.run(sql`insert into shown_changes (component_id, page_id, at, status, previous)
      select ${tuple(0)}, ${change.page.id}, ${tuple(1)}, ${tuple(2)}, ${tuple(3)} from ${rowsOf(rows)}`) as never,
  );
  change.write(
    change.tx.run(sql`update components set status = ${tuple(1)},
      updated_at = case when status = ${tuple(1)} then updated_at else ${change.now} end,
      status_since = coalesce((select max(at) from shown_changes where component_id = components.id), since)
      from ${rowsOf(last)} where components.id = ${tuple(0)}`) as never,
  );
  await change.flush();
  await recomputeDays(change, componentIds, from);
  change.visible();
}

interface IncidentFacts {
  id: string;
  startedAt: number;
  resolvedAt: number | null;
  updates: string;
}

async function factsOf(change: Change, ids: readonly string[], from: number): Promise<(id: string) => Facts> {
  const { tx } = change;
  const [sets, incidents, windows] = await tx.batch([
    tx.all<{ id: string; at: number; status: ComponentStatus }>(
      sql`select component_id as id, at, status from set_changes where component_id ${inList(ids)} order by at`,
    ),
    tx.all<IncidentFacts>(sql`select i.id, i.started_at as "startedAt", i.resolved_at as "resolvedAt",
      (select json_group_array(json_array(u.created_at, u.status,
        (select json_group_array(json_array(c.component_id, c.status)) from update_components c where c.update_id = u.id)))
        from (select * from incident_updates where incident_id = i.id order by created_at, id) u) as updates
      from incidents i where i.id in (select incident_id from update_components where component_id ${inList(ids)})
        and (i.resolved_at is null or i.resolved_at >= ${from})`),
    tx.all<{ id: string; startedAt: number; completedAt: number | null }>(
      sql`select c.component_id as id, w.started_at as "startedAt", w.completed_at as "completedAt"
        from window_components c join maintenance_windows w on w.id = c.window_id
        where c.component_id ${inList(ids)} and w.started_at is not null and (w.completed_at is null or w.completed_at >= ${from})`,
    ),
  ]);
  const told = incidents.map((incident) => ({
    ...incident,
    said: endedBy(saidUpdates(incident.updates), incident.resolvedAt),
  }));
  return (id) => ({
    set: sets.filter((entry) => entry.id === id),
    claims: told.flatMap((incident) => claimsOf(incident.said, incident.startedAt, id)),
    holds: windows
      .filter((hold) => hold.id === id)
      .map(({ startedAt, completedAt }) => ({ from: startedAt, to: completedAt })),
  });
}

function saidUpdates(json: string): SaidUpdate[] {
  const rows = JSON.parse(json) as [number, IncidentStatus, [string, ComponentStatus][]][];
  return rows.map(([at, status, named]) => ({
    at,
    status,
    components: named.map(([id, said]) => ({ id, status: said })),
  }));
}
