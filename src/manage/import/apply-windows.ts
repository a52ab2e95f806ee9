import { eq, sql } from 'drizzle-orm';
import { inList } from '../../../db/json-list.ts';
import { maintenanceUpdates, maintenanceWindows } from '../../../db/schema.ts';
import { selectWindows, windowOf } from '../../../db/told.ts';
import { newId } from '../../domain/ids.ts';
import type { MaintenanceWindow } from '../../domain/records.ts';
import { MAINTENANCE_STATUSES } from '../../domain/status.ts';
import type { Change } from '../command.ts';
import { writeComponents, writeWindowUpdate } from '../window-state.ts';
import type { Ids, Reach, Tally } from './apply.ts';
import type { Notes } from './notes.ts';
import type { Plan } from './plan.ts';
import type { PlannedWindow } from './plan-told.ts';

/** Records the maintenance windows with all updates at their original times; those that are there get what they lack. */
export async function applyWindows(
  unit: Change,
  plan: Plan,
  ids: Ids,
  reach: Reach,
  notes: Notes,
  step: () => void,
): Promise<{ tally: Tally }> {
  const v2Ids = plan.windows.map((one) => one.v2Id);
  const rows = await selectWindows(unit.tx, {
    where: sql`w.page_id = ${unit.page.id} and w.v2_id ${inList(v2Ids)}`,
  });
  const known = new Map(rows.map(windowOf).map((window) => [window.v2Id, window]));
  const names = new Map(plan.components.map((one) => [ids.get(one.v2Id)!, one.name]));
  const tally: Tally = { made: 0, changed: 0, same: 0 };
  for (const planned of plan.windows) {
    const components = planned.components.map((id) => ids.get(id)!);
    const window = known.get(planned.v2Id);
    if (!window) {
      record(unit, planned, components, names, reach);
      tally.made++;
    } else if (amend(unit, window, planned, components, names, reach)) tally.changed++;
    else tally.same++;
    step();
  }
  await unit.flush();
  await noteOthers(unit, v2Ids, notes);
  return { tally };
}

const named = (ids: readonly string[], names: ReadonlyMap<string, string>) =>
  ids.map((id) => ({ id, name: names.get(id)! }));

function record(
  unit: Change,
  planned: PlannedWindow,
  components: string[],
  names: ReadonlyMap<string, string>,
  reach: Reach,
): void {
  const { components: _, updates, ...row } = planned;
  const id = newId();
  // One that should have begun by now is moved on by the clock at once: nobody is told of that.
  const notify = row.startsAt > unit.now;
  unit.write(
    unit.tx
      .insert(maintenanceWindows)
      .values({ ...row, id, pageId: unit.page.id, remindBeforeMinutes: null, remindedAt: null, notify }),
  );
  writeComponents(unit, id, named(components, names));
  for (const update of updates) writeWindowUpdate(unit, id, update);
  unit.touch('maintenance', id);
  unit.touchMonthOf(row.startsAt);
  if (row.startedAt !== null) reach.add(components, row.startedAt);
}

/** Our clock may have moved a window on since; the source moves it further, or plans it anew, but never back. */
function takesStatus(window: MaintenanceWindow, planned: PlannedWindow, now: number): boolean {
  if (planned.status === window.status) return false;
  const further = MAINTENANCE_STATUSES.indexOf(planned.status) > MAINTENANCE_STATUSES.indexOf(window.status);
  return further || (planned.startsAt !== window.startsAt && planned.startsAt > now);
}

/** Brings a window that is there in line with the plan; updates that it has besides stay. @returns false when it was */
function amend(
  unit: Change,
  window: MaintenanceWindow,
  planned: PlannedWindow,
  components: string[],
  names: ReadonlyMap<string, string>,
  reach: Reach,
): boolean {
  const { tx } = unit;
  const moves = takesStatus(window, planned, unit.now);
  const recast = JSON.stringify(window.components.map(({ id }) => id)) !== JSON.stringify(components);
  const { title, startsAt, endsAt } = planned;
  let changed =
    moves || recast || title !== window.title || startsAt !== window.startsAt || endsAt !== window.endsAt;
  const there = new Map(window.updates.map((update) => [update.v2Id, update]));
  for (const update of planned.updates) {
    const row = there.get(update.v2Id);
    if (row && row.status === update.status && row.body === update.body && row.createdAt === update.at)
      continue;
    changed = true;
    if (!row) writeWindowUpdate(unit, window.id, update);
    else {
      const { status, body, at } = update;
      unit.write(
        tx
          .update(maintenanceUpdates)
          .set({ status, body, createdAt: at })
          .where(eq(maintenanceUpdates.id, row.id)),
      );
    }
  }
  if (!changed) return false;
  const { status, startedAt, completedAt, overrunning, autoComplete } = planned;
  const state = moves ? { status, startedAt, completedAt, overrunning, autoComplete } : {};
  unit.write(
    tx
      .update(maintenanceWindows)
      .set({ title, startsAt, endsAt, ...state, updatedAt: unit.now })
      .where(eq(maintenanceWindows.id, window.id)),
  );
  if (recast) writeComponents(unit, window.id, named(components, names));
  unit.touch('maintenance', window.id);
  unit.touchMonthOf(window.startsAt);
  unit.touchMonthOf(startsAt);
  const starts = [window.startedAt, moves ? startedAt : null].filter((at) => at !== null);
  if (starts.length > 0)
    reach.add(
      [...window.components.map(({ id }) => id).filter((id) => names.has(id)), ...components],
      Math.min(...starts),
    );
  return true;
}

async function noteOthers(unit: Change, v2Ids: readonly string[], notes: Notes): Promise<void> {
  const rows = await unit.tx.all<{ title: string }>(sql`select title from maintenance_windows
    where page_id = ${unit.page.id} and status in ('scheduled', 'in_progress', 'verifying') and v2_id not ${inList(v2Ids)} order by starts_at`);
  for (const { title } of rows)
    notes.add('The page has a maintenance window that the source does not list; it was left as it is', title);
}
