/** What components showed in the past, worked out again from the facts: statuses set, incidents, windows. */
import { sql } from 'drizzle-orm';
import { inList, rowsOf, tuple } from '../../db/json-list.ts';
import type { ComponentStatus } from '../domain/status.ts';
import { shownTimeline } from '../domain/timeline.ts';
import type { Change } from './command.ts';
import { recountDays } from './days.ts';
import { factsOf, type Past, type ShownChange } from './past.ts';

/**
 * Rewrites what the components showed from `from` (ms) until now, and the closed days between. Raises the version of the
 * page's days when any of them may have changed.
 *
 * @param past from `from` on, or from earlier
 * @returns what each of them shows by it now
 */
export function rewriteHistory(
  change: Change,
  past: Past,
  componentIds: readonly string[],
  from: number,
): Map<string, ComponentStatus> {
  const rows: [string, ...ShownChange][] = [];
  const shown = new Map<string, { now: ComponentStatus; changes: ShownChange[] }>();
  for (const id of componentIds) {
    // The point before `from` tells what was shown until then.
    const timeline = shownTimeline(factsOf(past, id), from - 1, change.now);
    const changes = timeline
      .slice(1)
      .map(({ at, status }, place): ShownChange => [at, status, timeline[place]!.status]);
    for (const one of changes) rows.push([id, ...one]);
    const before = (past.shown.get(id) ?? []).filter(([at]) => at < from);
    shown.set(id, { now: timeline.at(-1)!.status, changes: [...before, ...changes] });
  }
  const last = [...shown].map(([id, { now }]) => [id, now] as const);
  const { tx, page } = change;
  change.write(
    tx.run(
      sql`delete from shown_changes where component_id ${inList(componentIds)} and at >= ${from}`,
    ) as never,
    tx.run(sql`insert into shown_changes (component_id, page_id, at, status, previous)
      select ${tuple(0)}, ${page.id}, ${tuple(1)}, ${tuple(2)}, ${tuple(3)} from ${rowsOf(rows)}`) as never,
    tx.run(sql`update components set status = ${tuple(1)},
      updated_at = case when status = ${tuple(1)} then updated_at else ${change.now} end,
      status_since = coalesce((select max(at) from shown_changes where component_id = components.id), since)
      from ${rowsOf(last)} where components.id = ${tuple(0)}`) as never,
  );
  const since = [...shown].map(([id, { now, changes }]) => ({
    ...{ id, since: past.since.get(id) ?? 0, status: now, changes },
  }));
  recountDays(change, since, from);
  change.visible();
  return new Map(last);
}
