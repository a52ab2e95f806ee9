import { eq } from 'drizzle-orm';
import { maintenanceUpdates, maintenanceWindows as windows } from '../../db/schema.ts';
import { conflict, notFound } from '../domain/errors.ts';
import type { MaintenanceCreate, MaintenancePatch, MaintenanceUpdateCreate } from '../domain/input.ts';
import { afterUpdate } from '../domain/maintenance.ts';
import type { MaintenanceWindow } from '../domain/records.ts';
import type { Actor, Change, Manager, Outcome } from './command.ts';
import { parseTime } from './incident-state.ts';
import { assertPlan, editedRow, type MaintenanceOrigin, plannedRow } from './maintenance-input.ts';
import { pastBesides } from './past.ts';
import { changeKnowing } from './run-change.ts';
import { heldBesides, namedAmong, show, showSince } from './shown.ts';
import {
  holdBy,
  holdSince,
  idsIn,
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
  const begins = parseTime(input.starts_at);
  const begun = begins <= manager.now() && ids.length > 0;
  const asked = {
    held: heldBesides(pageId, ids),
    past: begun ? pastBesides(pageId, ids, begins) : undefined,
  };
  return changeKnowing(manager, actor, pageId, 'maintenance.created', asked, async (unit, known) => {
    const { now } = unit;
    const { held, past = null } = known;
    assertPlan(begins, parseTime(input.ends_at));
    const names = namedAmong(held, ids, 'component_ids');
    const components = ids.map((id) => ({ id, name: names.get(id)!.name }));
    const row = plannedRow(pageId, input, origin, now);
    const { status, startedAt, completedAt } = row;
    const over = completedAt !== null;
    unit.write(unit.tx.insert(windows).values(row));
    if (ids.length > 0) writeComponents(unit, row.id, components);
    const update = writeWindowUpdate(unit, row.id, {
      ...{ status, body: input.body, at: completedAt ?? now, v2Id: origin.updateV2Id },
    });
    touch(unit, row);
    let planned: WindowStanding = { row, components, updates: [update], held, past };
    if (startedAt !== null) planned = await holdBy(unit, planned, startedAt);
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
  const { component_ids: ids } = input;
  const asked = windowStanding(pageId, id, ids && { ids, reach: 'always' });
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
    assertPlan(startsAt, endsAt);
    const row = editedRow(before, input, unit.now);
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
  const asked = windowStanding(pageId, id, { reach: 'always' });
  return changeKnowing(manager, actor, pageId, 'maintenance.deleted', asked, async (unit, known) => {
    const { row, past } = known.window;
    touch(unit, row);
    unit.write(unit.tx.delete(windows).where(eq(windows.id, id)));
    if (row.startedAt !== null) {
      const named = new Set(idsIn({ ...known.window, held: known.held }));
      const held = known.held.filter(({ id }) => named.has(id));
      if (row.startedAt < unit.now) showSince(unit, held, past!, row.startedAt);
      else show(unit, held);
    }
    return { value: null, after: null, subjectId: id, details: { title: row.title } };
  });
}
