/** Where a maintenance window stands: its row, its components, and the steps that the clock takes. */
import { and, eq, sql } from 'drizzle-orm';
import { rowsOf, tuple } from '../../db/json-list.ts';
import {
  components,
  maintenanceUpdates,
  windowComponents,
  maintenanceWindows as windows,
} from '../../db/schema.ts';
import { notFound } from '../domain/errors.ts';
import { newId, newV2Id } from '../domain/ids.ts';
import { afterStep, dueSteps, type Step } from '../domain/maintenance.ts';
import type { MaintenanceStatus } from '../domain/status.ts';
import type { Change } from './command.ts';
import { refreshShown } from './shown.ts';

export type WindowRow = typeof windows.$inferSelect;

/** What people hear when the clock takes a step. */
const EVENT_OF: Record<Step['to'], string | null> = {
  in_progress: 'maintenance.started',
  completed: 'maintenance.completed',
  overrunning: null,
};

export async function findWindow(unit: Change, id: string): Promise<WindowRow> {
  const [row] = await unit.tx
    .select()
    .from(windows)
    .where(and(eq(windows.id, id), eq(windows.pageId, unit.page.id)));
  if (!row) throw notFound('Maintenance');
  return row;
}

export async function namedIn(unit: Change, id: string): Promise<string[]> {
  const rows = await unit.tx
    .select({ id: windowComponents.componentId })
    .from(windowComponents)
    .innerJoin(components, eq(components.id, windowComponents.componentId))
    .where(eq(windowComponents.windowId, id))
    .orderBy(windowComponents.place);
  return rows.map((row) => row.id);
}

export function writeWindow(unit: Change, row: WindowRow): void {
  const { id, v2Id, pageId, createdAt, ...rest } = row;
  unit.write(
    unit.tx
      .update(windows)
      .set({ ...rest, updatedAt: unit.now })
      .where(eq(windows.id, id)),
  );
}

export function writeWindowUpdate(
  unit: Change,
  windowId: string,
  status: MaintenanceStatus,
  body: string,
  at: number,
  v2Id = newV2Id(),
): string {
  const id = newId();
  unit.write(unit.tx.insert(maintenanceUpdates).values({ id, v2Id, windowId, status, body, createdAt: at }));
  return id;
}

export function writeComponents(
  unit: Change,
  windowId: string,
  ids: readonly string[],
  names: Map<string, { name: string }>,
): void {
  const rows = ids.map((id, place) => [id, names.get(id)!.name, place]);
  unit.write(
    unit.tx.delete(windowComponents).where(eq(windowComponents.windowId, windowId)),
    unit.tx.run(sql`insert into window_components (window_id, component_id, name, place)
      select ${windowId}, ${tuple(0)}, ${tuple(1)}, ${tuple(2)} from ${rowsOf(rows)}`) as never,
  );
}

export function touch(unit: Change, row: WindowRow): void {
  unit.touch('maintenance', row.id);
  unit.touchMonthOf(row.startsAt);
}

const MINUTE_MS = 60_000;

/** Who is told of a plan less than the reminder's time before its start is not reminded of it as well. */
export function remindedBy(
  startsAt: number,
  minutesBefore: number | null | undefined,
  now: number,
): number | null {
  return minutesBefore && startsAt - minutesBefore * MINUTE_MS <= now ? now : null;
}

/** What the notifier needs to tell of a window: the rest is in the rows. */
export async function tell(
  unit: Change,
  event: string,
  row: WindowRow,
  updateId: string | null,
): Promise<void> {
  await unit.flush();
  unit.emit(event, row.id, { update_id: updateId, component_ids: await namedIn(unit, row.id) });
}

/**
 * Takes the steps that the clock has taken. A start found late counts from the moment it was due; start and end both
 * missed send one message.
 */
export async function takeSteps(unit: Change, row: WindowRow, quiet: boolean): Promise<WindowRow> {
  const steps = dueSteps(row, unit.now);
  let current = row;
  let lastUpdate: string | null = null;
  for (const step of steps) {
    current = afterStep(current, step);
    if (step.to !== 'overrunning') lastUpdate = writeWindowUpdate(unit, row.id, step.to, '', step.at);
  }
  const last = steps.at(-1);
  if (!last) return current;
  writeWindow(unit, current);
  touch(unit, current);
  await refreshShown(unit, await namedIn(unit, row.id), steps[0]!.at);
  // A missed start of a window that now overruns is still news.
  const event = steps.map(({ to }) => EVENT_OF[to]).findLast((one) => one !== null);
  if (event && row.notify && !quiet) await tell(unit, event, current, lastUpdate);
  return current;
}
