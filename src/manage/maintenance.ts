import { and, eq } from 'drizzle-orm';
import { maintenanceUpdates, maintenanceWindows as windows } from '../../db/schema.ts';
import { conflict, invalid, notFound } from '../domain/errors.ts';
import { newId, newV2Id } from '../domain/ids.ts';
import type { MaintenanceCreate, MaintenancePatch, MaintenanceUpdateCreate } from '../domain/input.ts';
import { afterUpdate } from '../domain/maintenance.ts';
import type { MaintenanceStatus } from '../domain/status.ts';
import { type Actor, type Change, change, type Manager, type Outcome } from './command.ts';
import { namedComponents } from './components.ts';
import { parseTime } from './incident-state.ts';
import { refreshShown } from './shown.ts';
import {
  findWindow,
  namedIn,
  remindedBy,
  takeSteps,
  tell,
  touch,
  type WindowRow,
  writeComponents,
  writeWindow,
  writeWindowUpdate,
} from './window-state.ts';

export interface MaintenanceOrigin {
  v2Id?: string;
  updateV2Id?: string;
  createdAt?: number;
  /** A window that the source knows as over or running. */
  status?: MaintenanceStatus;
}

function plan(startsAt: number, endsAt: number): void {
  if (endsAt <= startsAt) throw invalid(['ends_at'], 'ends_at must be after starts_at.');
}

/**
 * Plans a window. One whose end is past is recorded as completed and tells nobody.
 *
 * @throws DomainError invalid for an end before the start, or components that are not on the page
 */
export async function planMaintenance(
  manager: Manager,
  actor: Actor,
  pageId: string,
  input: MaintenanceCreate,
  origin: MaintenanceOrigin = {},
): Promise<Outcome<string>> {
  return change(manager, actor, pageId, 'maintenance.created', async (unit) => {
    const { now } = unit;
    const startsAt = parseTime(input.starts_at);
    const endsAt = parseTime(input.ends_at);
    plan(startsAt, endsAt);
    const ids = input.component_ids ?? [];
    const names = await namedComponents(unit, ids, 'component_ids');
    const over = endsAt <= now || origin.status === 'completed' || origin.status === 'cancelled';
    const status = over ? (origin.status ?? 'completed') : (origin.status ?? 'scheduled');
    const started = over ? status === 'completed' : status === 'in_progress' || status === 'verifying';
    const row: WindowRow = {
      id: newId(),
      v2Id: origin.v2Id ?? newV2Id(),
      pageId,
      title: input.title,
      status,
      startsAt,
      endsAt,
      startedAt: started ? Math.min(startsAt, now) : null,
      completedAt: over ? Math.min(endsAt, now) : null,
      overrunning: false,
      autoStart: input.auto_start,
      autoComplete: input.auto_complete,
      remindBeforeMinutes: input.remind_before_minutes ?? null,
      remindedAt: remindedBy(startsAt, input.remind_before_minutes, now),
      notify: input.notify,
      createdAt: origin.createdAt ?? now,
      updatedAt: now,
    };
    unit.write(unit.tx.insert(windows).values(row));
    writeComponents(unit, row.id, ids, names);
    const updateId = writeWindowUpdate(
      unit,
      row.id,
      status,
      input.body,
      over ? Math.min(endsAt, now) : now,
      origin.updateV2Id,
    );
    touch(unit, row);
    await unit.flush();
    if (started) await refreshShown(unit, ids, row.startedAt ?? now);
    if (!over) {
      if (input.notify) await tell(unit, 'maintenance.scheduled', row, updateId);
      await takeSteps(unit, row, true);
    }
    return { value: row.id, subjectId: row.id, details: { title: input.title, status } };
  });
}

/** Adds an update; its status may start, verify, complete or cancel the window. @throws DomainError not_found, conflict */
export async function postMaintenanceUpdate(
  manager: Manager,
  actor: Actor,
  pageId: string,
  windowId: string,
  input: MaintenanceUpdateCreate,
): Promise<Outcome<string>> {
  return change(manager, actor, pageId, 'maintenance.update_posted', async (unit) => {
    const before = await findWindow(unit, windowId);
    // What the clock has done counts first; the update's own message tells of both.
    const stepped = await takeSteps(unit, before, input.notify);
    const after = afterUpdate(stepped, input.status, unit.now);
    writeWindow(unit, after);
    const updateId = writeWindowUpdate(unit, windowId, input.status, input.body, unit.now);
    touch(unit, after);
    if (after.status !== stepped.status) await refreshShown(unit, await namedIn(unit, windowId));
    const verb =
      after.status === before.status ? 'updated' : after.status === 'in_progress' ? 'started' : after.status;
    if (input.notify) await tell(unit, `maintenance.${verb}`, after, updateId);
    return { value: updateId, subjectId: windowId, details: { update_id: updateId, status: input.status } };
  });
}

/** Corrects a posted text; nobody is told. @throws DomainError not_found */
export async function editMaintenanceUpdate(
  manager: Manager,
  actor: Actor,
  pageId: string,
  windowId: string,
  id: string,
  input: { body?: string | undefined },
): Promise<Outcome<string>> {
  return change(manager, actor, pageId, 'maintenance.update_edited', async (unit) => {
    const row = await findWindow(unit, windowId);
    const [update] = await unit.tx
      .select()
      .from(maintenanceUpdates)
      .where(and(eq(maintenanceUpdates.id, id), eq(maintenanceUpdates.windowId, windowId)));
    if (!update) throw notFound('Update');
    if (input.body !== undefined && input.body !== update.body) {
      unit.write(
        unit.tx
          .update(maintenanceUpdates)
          .set({ body: input.body, editedAt: unit.now })
          .where(eq(maintenanceUpdates.id, id)),
      );
      writeWindow(unit, row);
      touch(unit, row);
    }
    return { value: id, subjectId: windowId, details: { update_id: id } };
  });
}

/**
 * Changes a window; `body` corrects its first update.
 *
 * @throws DomainError not_found; conflict for moving the start of one that has started, or changing the plan of one that
 *   is over; invalid
 */
export async function editMaintenance(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
  input: MaintenancePatch,
): Promise<Outcome<string>> {
  return change(manager, actor, pageId, 'maintenance.updated', async (unit) => {
    // Whether it has started, or is over, the clock decides, not the moment at which that is recorded.
    const before = await takeSteps(unit, await findWindow(unit, id), false);
    const startsAt = input.starts_at === undefined ? before.startsAt : parseTime(input.starts_at);
    const endsAt = input.ends_at === undefined ? before.endsAt : parseTime(input.ends_at);
    const over = before.status === 'completed' || before.status === 'cancelled';
    const moved = startsAt !== before.startsAt || endsAt !== before.endsAt;
    if (startsAt !== before.startsAt && before.status !== 'scheduled')
      throw conflict('The window has started; its start can not be moved.');
    if (over && moved)
      throw conflict(`The window is ${before.status}; it can not be moved. Plan another one.`);
    plan(startsAt, endsAt);
    const after: WindowRow = {
      ...before,
      title: input.title ?? before.title,
      startsAt,
      endsAt,
      autoStart: input.auto_start ?? before.autoStart,
      autoComplete: input.auto_complete ?? before.autoComplete,
      remindBeforeMinutes:
        input.remind_before_minutes === undefined ? before.remindBeforeMinutes : input.remind_before_minutes,
      remindedAt:
        startsAt === before.startsAt
          ? before.remindedAt
          : remindedBy(startsAt, input.remind_before_minutes ?? before.remindBeforeMinutes, unit.now),
      notify: input.notify ?? before.notify,
      overrunning: before.overrunning && endsAt <= unit.now,
    };
    const corrected = input.body !== undefined && (await correctFirst(unit, id, input.body));
    const recasted = input.component_ids !== undefined && (await recast(unit, after, input.component_ids));
    // Whether people will be told is nothing that readers see.
    const seen = ({ notify, ...rest }: WindowRow) => JSON.stringify(rest);
    if (corrected || recasted || seen(after) !== seen(before)) {
      writeWindow(unit, after);
      unit.touchMonthOf(before.startsAt);
      touch(unit, after);
    } else {
      unit.write(unit.tx.update(windows).set({ notify: after.notify }).where(eq(windows.id, id)));
    }
    if (!over && moved && (input.notify ?? before.notify))
      await tell(unit, 'maintenance.changed', after, null);
    await unit.flush();
    await takeSteps(unit, after, true);
    return { value: id, subjectId: id, details: { ...input } };
  });
}

/** The first update's text. @returns false when it is that already */
async function correctFirst(unit: Change, windowId: string, body: string): Promise<boolean> {
  const [first] = await unit.tx
    .select({ id: maintenanceUpdates.id, body: maintenanceUpdates.body })
    .from(maintenanceUpdates)
    .where(eq(maintenanceUpdates.windowId, windowId))
    .orderBy(maintenanceUpdates.createdAt, maintenanceUpdates.id)
    .limit(1);
  if (first!.body === body) return false;
  unit.write(
    unit.tx
      .update(maintenanceUpdates)
      .set({ body, editedAt: unit.now })
      .where(eq(maintenanceUpdates.id, first!.id)),
  );
  return true;
}

/**
 * Other components for a window; those of one that has run change what was shown since its start.
 *
 * @returns false when it has these already
 */
async function recast(unit: Change, row: WindowRow, ids: readonly string[]): Promise<boolean> {
  const old = await namedIn(unit, row.id);
  const names = await namedComponents(unit, ids, 'component_ids');
  if (old.join() === ids.join()) return false;
  writeComponents(unit, row.id, ids, names);
  if (row.startedAt !== null) await refreshShown(unit, [...new Set([...old, ...ids])], row.startedAt);
  return true;
}

/** Deletes a window as if it had never been. @throws DomainError not_found */
export async function deleteMaintenance(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
): Promise<Outcome<null>> {
  return change(manager, actor, pageId, 'maintenance.deleted', async (unit) => {
    const row = await findWindow(unit, id);
    const ids = await namedIn(unit, id);
    touch(unit, row);
    unit.write(unit.tx.delete(windows).where(eq(windows.id, id)));
    if (row.startedAt !== null) await refreshShown(unit, ids, row.startedAt);
    return { value: null, subjectId: id, details: { title: row.title } };
  });
}
