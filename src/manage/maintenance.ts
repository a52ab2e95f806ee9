import { eq } from 'drizzle-orm';
import { maintenanceUpdates, maintenanceWindows as windows } from '../../db/schema.ts';
import { conflict, invalid, notFound } from '../domain/errors.ts';
import { newId, newV2Id } from '../domain/ids.ts';
import type { MaintenanceCreate, MaintenancePatch, MaintenanceUpdateCreate } from '../domain/input.ts';
import { afterUpdate } from '../domain/maintenance.ts';
import type { MaintenanceWindow } from '../domain/records.ts';
import type { MaintenanceStatus } from '../domain/status.ts';
import { type Actor, type Change, changeKnowing, type Manager, type Outcome } from './command.ts';
import { parseTime } from './incident-state.ts';
import { heldBesides, namedAmong, refreshShown } from './shown.ts';
import {
  holdBy,
  holdSince,
  idsIn,
  remindedBy,
  takeSteps,
  tell,
  toldWindow,
  touch,
  type WindowRow,
  type WindowStanding,
  windowStanding,
  withRow,
  writeComponents,
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
): Promise<Outcome<string, MaintenanceWindow>> {
  const ids = input.component_ids ?? [];
  const asked = { held: heldBesides(pageId, ids) };
  return changeKnowing(manager, actor, pageId, 'maintenance.created', asked, async (unit, { held }) => {
    const { now } = unit;
    const startsAt = parseTime(input.starts_at);
    const endsAt = parseTime(input.ends_at);
    plan(startsAt, endsAt);
    const names = namedAmong(held, ids, 'component_ids');
    const components = ids.map((id) => ({ id, name: names.get(id)!.name }));
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
    if (ids.length > 0) writeComponents(unit, row.id, components);
    const update = writeWindowUpdate(unit, row.id, {
      ...{ status, body: input.body, at: over ? Math.min(endsAt, now) : now, v2Id: origin.updateV2Id },
    });
    touch(unit, row);
    let planned: WindowStanding = { row, components, updates: [update], held };
    if (started) planned = await holdBy(unit, planned, row.startedAt ?? now);
    if (!over && input.notify) tell(unit, 'maintenance.scheduled', planned, update.id);
    const after = over ? planned : await takeSteps(unit, planned, true);
    return {
      value: row.id,
      after: toldWindow(after),
      subjectId: row.id,
      details: { title: input.title, status },
    };
  });
}

/** Adds an update; its status may start, verify, complete or cancel the window. @throws DomainError not_found, conflict */
export async function postMaintenanceUpdate(
  manager: Manager,
  actor: Actor,
  pageId: string,
  windowId: string,
  input: MaintenanceUpdateCreate,
): Promise<Outcome<string, MaintenanceWindow['updates'][number]>> {
  const asked = windowStanding(pageId, windowId);
  return changeKnowing(manager, actor, pageId, 'maintenance.update_posted', asked, async (unit, known) => {
    const before = { ...known.window, held: known.held };
    // What the clock has done counts first; the update's own message tells of both.
    const stepped = await takeSteps(unit, before, input.notify);
    const after = withRow(unit, stepped, afterUpdate(stepped.row, input.status, unit.now));
    const { status, body } = input;
    const update = writeWindowUpdate(unit, windowId, { status, body, at: unit.now });
    touch(unit, after.row);
    if (after.row.status !== stepped.row.status) await holdBy(unit, after);
    const now = after.row.status;
    const verb = now === before.row.status ? 'updated' : now === 'in_progress' ? 'started' : now;
    if (input.notify) tell(unit, `maintenance.${verb}`, after, update.id);
    return {
      value: update.id,
      after: update,
      subjectId: windowId,
      details: { update_id: update.id, status },
    };
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
): Promise<Outcome<string, MaintenanceWindow['updates'][number]>> {
  const asked = windowStanding(pageId, windowId);
  return changeKnowing(manager, actor, pageId, 'maintenance.update_edited', asked, async (unit, known) => {
    const standing = { ...known.window, held: known.held };
    const update = standing.updates.find((one) => one.id === id);
    if (!update) throw notFound('Update');
    const changes = input.body !== undefined && input.body !== update.body;
    if (changes) {
      withRow(unit, standing, standing.row);
      touch(unit, standing.row);
    }
    return {
      value: id,
      after: changes ? correct(unit, update, input.body!) : update,
      subjectId: windowId,
      details: { update_id: id },
    };
  });
}

function correct(
  unit: Change,
  update: MaintenanceWindow['updates'][number],
  body: string,
): MaintenanceWindow['updates'][number] {
  const corrected = { body, editedAt: unit.now };
  unit.write(unit.tx.update(maintenanceUpdates).set(corrected).where(eq(maintenanceUpdates.id, update.id)));
  return { ...update, ...corrected };
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
): Promise<Outcome<string, MaintenanceWindow>> {
  const asked = windowStanding(pageId, id, input.component_ids);
  return changeKnowing(manager, actor, pageId, 'maintenance.updated', asked, async (unit, known) => {
    // Whether it has started, or is over, the clock decides, not the moment at which that is recorded.
    const standing = await takeSteps(unit, { ...known.window, held: known.held }, false);
    const before = standing.row;
    const startsAt = input.starts_at === undefined ? before.startsAt : parseTime(input.starts_at);
    const endsAt = input.ends_at === undefined ? before.endsAt : parseTime(input.ends_at);
    const over = before.status === 'completed' || before.status === 'cancelled';
    const moved = startsAt !== before.startsAt || endsAt !== before.endsAt;
    if (startsAt !== before.startsAt && before.status !== 'scheduled')
      throw conflict('The window has started; its start can not be moved.');
    if (over && moved)
      throw conflict(`The window is ${before.status}; it can not be moved. Plan another one.`);
    plan(startsAt, endsAt);
    const row: WindowRow = {
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
    const corrected = input.body === undefined ? standing : withFirst(unit, standing, input.body);
    const cast = input.component_ids ? await recast(unit, corrected, input.component_ids) : corrected;
    // Whether people will be told is nothing that readers see.
    const seen = ({ notify, ...rest }: WindowRow) => JSON.stringify(rest);
    let after: WindowStanding = { ...cast, row: { ...before, notify: row.notify } };
    if (cast !== standing || seen(row) !== seen(before)) {
      after = withRow(unit, cast, row);
      unit.touchMonthOf(before.startsAt);
      touch(unit, row);
    } else {
      unit.write(unit.tx.update(windows).set({ notify: row.notify }).where(eq(windows.id, id)));
    }
    if (!over && moved && (input.notify ?? before.notify)) tell(unit, 'maintenance.changed', after, null);
    after = await takeSteps(unit, after, true);
    return { value: id, after: toldWindow(after), subjectId: id, details: { ...input } };
  });
}

/** The window with the first update's text corrected; the same one when it is that already. */
function withFirst(unit: Change, standing: WindowStanding, body: string): WindowStanding {
  const first = standing.updates.at(-1)!;
  if (first.body === body) return standing;
  return { ...standing, updates: [...standing.updates.slice(0, -1), correct(unit, first, body)] };
}

/**
 * The window with other components; those of one that has run change what was shown since its start. The same one when it
 * has these already.
 */
async function recast(
  unit: Change,
  standing: WindowStanding,
  ids: readonly string[],
): Promise<WindowStanding> {
  const { row, held } = standing;
  const names = namedAmong(held, ids, 'component_ids');
  if (idsIn(standing).join() === ids.join()) return standing;
  const components = ids.map((id) => ({ id, name: names.get(id)!.name }));
  writeComponents(unit, row.id, components);
  const after = { ...standing, components };
  if (row.startedAt === null) return after;
  return holdSince(unit, after, [...new Set([...idsIn(standing), ...ids])], row.startedAt);
}

/** Deletes a window as if it had never been. @throws DomainError not_found */
export async function deleteMaintenance(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
): Promise<Outcome<null>> {
  const asked = windowStanding(pageId, id);
  return changeKnowing(manager, actor, pageId, 'maintenance.deleted', asked, async (unit, known) => {
    const { row } = known.window;
    touch(unit, row);
    unit.write(unit.tx.delete(windows).where(eq(windows.id, id)));
    const ids = idsIn({ ...known.window, held: known.held });
    if (row.startedAt !== null) await refreshShown(unit, ids, row.startedAt);
    return { value: null, after: null, subjectId: id, details: { title: row.title } };
  });
}
