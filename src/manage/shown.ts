/** What components show, kept up to date with what holds them: now, and back in time where a change reaches back. */
import { inArray, sql } from 'drizzle-orm';
import { inList, rowsOf, tuple } from '../../db/json-list.ts';
import { components } from '../../db/schema.ts';
import { shownStatus } from '../domain/rollup.ts';
import type { ComponentStatus } from '../domain/status.ts';
import type { Change } from './command.ts';
import { recomputeHistory } from './history.ts';

interface Held {
  id: string;
  set: ComponentStatus;
  shown: ComponentStatus;
  claims: ComponentStatus[];
  inMaintenance: boolean;
}

/**
 * Brings what these components show in line with the rows as they are now. With `from` in the past, also what they
 * showed since then, and the closed days that it touches (contract, section 7).
 */
export async function refreshShown(
  change: Change,
  componentIds: readonly string[],
  from = change.now,
): Promise<void> {
  if (componentIds.length === 0) return;
  await change.flush();
  if (from < change.now) await recomputeHistory(change, componentIds, from);
  const held = await heldNow(change, componentIds);
  const changed = held
    .map((one) => ({ ...one, next: shownStatus(one.set, one.claims, one.inMaintenance) }))
    .filter(({ next, shown }) => next !== shown);
  if (changed.length === 0) return;
  change.visible();
  const rows = changed.map(({ id, next, shown }) => [id, next, shown]);
  change.write(
    change.tx.run(sql`insert into shown_changes (component_id, page_id, at, status, previous)
      select ${tuple(0)}, ${change.page.id}, ${change.now}, ${tuple(1)}, ${tuple(2)} from ${rowsOf(rows)} where true
      on conflict (component_id, at) do update set status = excluded.status`) as never,
    change.tx.run(sql`update components set status = ${tuple(1)}, status_since = ${change.now}, updated_at = ${change.now}
      from ${rowsOf(rows)} where components.id = ${tuple(0)}`) as never,
  );
  await change.flush();
}

/** Column names are spelled out: drizzle would print `id` alone, which is the window's inside of the inner query. */
async function heldNow(change: Change, ids: readonly string[]): Promise<Held[]> {
  const rows = await change.tx
    .select({
      id: components.id,
      set: components.setStatus,
      shown: components.status,
      claims: sql<string>`(select json_group_array(claims.status) from claims where claims.component_id = components.id)`,
      windows: sql<number>`(select count(*) from window_components c join maintenance_windows w on w.id = c.window_id
        where c.component_id = components.id and w.status in ('in_progress', 'verifying'))`,
    })
    .from(components)
    .where(ids.length > 50 ? sql`${components.id} ${inList(ids)}` : inArray(components.id, [...ids]));
  return rows.map((row) => ({
    ...row,
    claims: JSON.parse(row.claims) as ComponentStatus[],
    inMaintenance: row.windows > 0,
  }));
}
