import { eq, sql } from 'drizzle-orm';
import { rowsOf, tuple } from '../../../db/json-list.ts';
import { components } from '../../../db/schema.ts';
import { conflict } from '../../domain/errors.ts';
import { newId } from '../../domain/ids.ts';
import { freeSlug, slugOf } from '../../domain/slug.ts';
import type { ComponentStatus } from '../../domain/status.ts';
import type { Change } from '../command.ts';
import type { Applied, Ids, Reach } from './apply.ts';
import type { Notes } from './notes.ts';
import type { Plan, PlannedComponent } from './plan.ts';

const MOST_COMPONENTS = 5_000;
/** New and regrouped components stand here until the order is stored: behind every group. */
const BEHIND_ALL = 1_000_000;

type Row = typeof components.$inferSelect;
type StatusSet = [id: string, at: number, status: ComponentStatus];

/** Makes the components that are not there, and sets group, start and status of those that are as the plan says. */
export async function applyComponents(
  unit: Change,
  plan: Plan,
  groupIds: Ids,
  renamed: ReadonlySet<string>,
  reach: Reach,
  notes: Notes,
): Promise<Applied> {
  const { tx, page } = unit;
  const rows = await tx.select().from(components).where(eq(components.pageId, page.id));
  const known = new Map(rows.map((row) => [row.v2Id, row]));
  const ids = new Map(rows.map((row) => [row.v2Id, row.id]));
  const planned = new Set(plan.components.map((one) => one.v2Id));
  for (const row of rows)
    if (!planned.has(row.v2Id) && !plan.partial)
      notes.add(
        'The page has components that the source does not list; they were left as they are',
        row.name,
      );
  const missing = plan.components.filter((one) => !known.has(one.v2Id));
  if (rows.length + missing.length > MOST_COMPONENTS)
    throw conflict(`A page has at most ${MOST_COMPONENTS} components.`);
  for (const one of missing) ids.set(one.v2Id, newId());
  insertComponents(unit, missing, ids, groupIds, new Set(rows.map((row) => row.code)));
  const there = plan.components.filter((one) => known.has(one.v2Id));
  const changed = new Set(there.filter((one) => renamed.has(ids.get(one.v2Id)!)).map((one) => one.v2Id));
  const set: StatusSet[] = missing
    .filter((one) => one.setStatus !== 'operational')
    .map((one) => [ids.get(one.v2Id)!, Math.min(one.updatedAt, unit.now), one.setStatus]);
  for (const one of there) {
    const row = known.get(one.v2Id)!;
    const groupId = plan.partial ? row.groupId : one.group === null ? null : groupIds.get(one.group)!;
    if (amend(unit, row, groupId, one.since, reach)) changed.add(one.v2Id);
    if (row.setStatus === one.setStatus) continue;
    set.push([row.id, unit.now, one.setStatus]);
    changed.add(one.v2Id);
  }
  setStatuses(unit, set, reach);
  await unit.flush();
  return { ids, tally: { made: missing.length, changed: changed.size, same: there.length - changed.size } };
}

/** @returns true when the component got another group or start */
function amend(unit: Change, row: Row, groupId: string | null, since: number, reach: Reach): boolean {
  const regrouped = row.groupId !== groupId;
  if (!regrouped && row.since === since) return false;
  const place = regrouped ? { groupId, topRank: BEHIND_ALL } : {};
  unit.visible();
  unit.write(
    unit.tx
      .update(components)
      .set({ ...place, since, updatedAt: unit.now })
      .where(eq(components.id, row.id)),
  );
  if (row.since !== since) reach.add([row.id], Math.min(row.since, since));
  return true;
}

function insertComponents(
  unit: Change,
  list: readonly PlannedComponent[],
  ids: Ids,
  groupIds: Ids,
  codes: Set<string>,
): void {
  if (list.length === 0) return;
  const rows = list.map((one, place) => {
    const code = freeSlug(slugOf(one.name), 'component', (taken) => codes.has(taken));
    codes.add(code);
    const groupId = one.group === null ? null : groupIds.get(one.group)!;
    return [
      ids.get(one.v2Id)!,
      one.v2Id,
      groupId,
      one.name,
      code,
      one.description,
      BEHIND_ALL,
      place,
      one.since,
      one.createdAt,
      one.updatedAt,
    ];
  });
  unit.visible();
  unit.write(
    unit.tx.run(sql`insert into components (id, v2_id, page_id, group_id, name, code, description, top_rank, rank,
        set_status, status, status_since, since, created_at, updated_at)
      select ${tuple(0)}, ${tuple(1)}, ${unit.page.id}, ${tuple(2)}, ${tuple(3)}, ${tuple(4)}, ${tuple(5)}, ${tuple(6)}, ${tuple(7)},
        'operational', 'operational', ${tuple(8)}, ${tuple(8)}, ${tuple(9)}, ${tuple(10)} from ${rowsOf(rows)}`) as never,
  );
}

/** A status counts from when the source last changed the component: since then, at the latest, it was set. */
function setStatuses(unit: Change, set: readonly StatusSet[], reach: Reach): void {
  if (set.length === 0) return;
  unit.write(
    unit.tx.run(sql`insert into set_changes (component_id, at, status) select ${tuple(0)}, ${tuple(1)}, ${tuple(2)}
      from ${rowsOf(set)} where true on conflict (component_id, at) do update set status = excluded.status`) as never,
    unit.tx.run(sql`update components set set_status = ${tuple(2)}, updated_at = max(updated_at, ${tuple(1)})
      from ${rowsOf(set)} where components.id = ${tuple(0)}`) as never,
  );
  for (const [id, at] of set) reach.add([id], at);
}

/** Components that this import changed bear the time of the source's last change, not that of the import. */
export function keepTimes(unit: Change, plan: Plan, ids: Ids): void {
  const rows = plan.components.map((one) => [ids.get(one.v2Id)!, Math.min(one.updatedAt, unit.now)]);
  unit.write(
    unit.tx.run(sql`update components set updated_at = ${tuple(1)} from ${rowsOf(rows)}
      where components.id = ${tuple(0)} and components.updated_at = ${unit.now}`) as never,
  );
}
