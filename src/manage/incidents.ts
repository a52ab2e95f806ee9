import { eq } from 'drizzle-orm';
import { incidents, incidentUpdates, updateComponents } from '../../db/schema.ts';
import { invalid } from '../domain/errors.ts';
import { newId, newV2Id } from '../domain/ids.ts';
import type { IncidentCreate, IncidentPatch, IncidentUpdateCreate } from '../domain/input.ts';
import { type Actor, type Change, change, type Manager, type Outcome } from './command.ts';
import { namedComponents } from './components.ts';
import {
  existing,
  findIncident,
  type IncidentOrigin,
  type IncidentRow,
  parseTime,
  settleIncident,
  tell,
  writeUpdate,
} from './incident-state.ts';
import { refreshShown } from './shown.ts';

/** An incident that began or ended longer ago than this was backfilled: nobody is told unless asked for. */
const BACKFILLED_AFTER_MS = 60 * 60 * 1000;

function times(input: { started_at?: string | undefined; resolved_at?: string | undefined }, now: number) {
  const startedAt = input.started_at === undefined ? undefined : parseTime(input.started_at);
  const resolvedAt = input.resolved_at === undefined ? undefined : parseTime(input.resolved_at);
  if (startedAt !== undefined && startedAt > now)
    throw invalid(['started_at'], 'An incident can not start in the future.');
  if (resolvedAt !== undefined && resolvedAt > now)
    throw invalid(['resolved_at'], 'An incident can not be resolved in the future.');
  return { startedAt, resolvedAt };
}

/** True of times that put on record what is long past. */
function isBackfilled({ startedAt, resolvedAt }: ReturnType<typeof times>, now: number): boolean {
  return Math.min(startedAt ?? now, resolvedAt ?? now) < now - BACKFILLED_AFTER_MS;
}

function assertOrder(startedAt: number, resolvedAt: number | null): void {
  if (resolvedAt !== null && resolvedAt < startedAt)
    throw invalid(['resolved_at'], 'resolved_at must not be before started_at.');
}

/**
 * Opens an incident, or records one that is over.
 *
 * @throws DomainError invalid for times that can't be, or components that are not on the page
 */
export async function openIncident(
  manager: Manager,
  actor: Actor,
  pageId: string,
  input: IncidentCreate,
  origin: IncidentOrigin = {},
): Promise<Outcome<string>> {
  return change(manager, actor, pageId, 'incident.created', async (unit) => {
    const { now } = unit;
    const given = times(input, now);
    const resolved = input.status === 'resolved';
    if (!resolved && given.resolvedAt !== undefined)
      throw invalid(['resolved_at'], 'resolved_at goes with the status resolved.');
    const resolvedAt = resolved ? (given.resolvedAt ?? now) : null;
    const startedAt = given.startedAt ?? Math.min(now, resolvedAt ?? now);
    assertOrder(startedAt, resolvedAt);
    const names = await namedComponents(
      unit,
      (input.components ?? []).map(({ id }) => id),
      'components',
    );
    const id = newId();
    const nextUpdateAt = resolved || !input.next_update_at ? null : parseTime(input.next_update_at);
    unit.write(
      unit.tx.insert(incidents).values({
        id,
        v2Id: origin.v2Id ?? newV2Id(),
        pageId,
        title: input.title,
        status: input.status,
        impact: input.impact ?? 'none',
        impactByHand: input.impact !== undefined,
        startedAt,
        resolvedAt,
        nextUpdateAt,
        promisedBy: nextUpdateAt === null ? null : actor.name,
        createdAt: origin.createdAt ?? now,
        updatedAt: now,
      }),
    );
    const updateId = newId();
    // The update of an incident that is over stands at its end: between start and end it said what it names.
    const at = resolvedAt ?? now;
    writeUpdate(
      unit,
      id,
      {
        id: updateId,
        ...(origin.updateV2Id ? { v2Id: origin.updateV2Id } : {}),
        status: input.status,
        body: input.body,
        nextUpdateAt,
        at,
      },
      input.components ?? [],
      names,
    );
    const incident = await settleIncident(unit, id, {
      from: startedAt,
      fixed: resolved ? { resolvedAt } : {},
    });
    if (input.notify ?? !(resolved || isBackfilled(given, now)))
      tell(unit, resolved ? 'incident.resolved' : 'incident.created', incident, updateId);
    return { value: id, subjectId: id, details: { title: input.title, status: input.status } };
  });
}

/** Adds an update: what it names changes, the rest stays. @throws DomainError not_found, invalid (components) */
export async function postUpdate(
  manager: Manager,
  actor: Actor,
  pageId: string,
  incidentId: string,
  input: IncidentUpdateCreate,
): Promise<Outcome<string>> {
  return change(manager, actor, pageId, 'incident.update_posted', async (unit) => {
    await findIncident(unit, incidentId);
    const updateId = await addUpdate(unit, incidentId, input);
    return { value: updateId, subjectId: incidentId, details: { update_id: updateId, status: input.status } };
  });
}

async function addUpdate(
  unit: Change,
  incidentId: string,
  input: IncidentUpdateCreate,
  fixed: Partial<IncidentRow> = {},
): Promise<string> {
  const row = await findIncident(unit, incidentId);
  const said = input.components ?? [];
  const names = await namedComponents(
    unit,
    said.map(({ id }) => id),
    'components',
  );
  const nextUpdateAt =
    input.next_update_at && input.status !== 'resolved' ? parseTime(input.next_update_at) : null;
  const id = newId();
  writeUpdate(
    unit,
    incidentId,
    { id, status: input.status, body: input.body, nextUpdateAt, at: unit.now },
    said,
    names,
  );
  // Reopened, it spoke until the update that had resolved it: a corrected `resolved_at` goes.
  const reopened = row.status === 'resolved' && input.status !== 'resolved';
  const from = reopened ? Math.min(row.resolvedAt ?? unit.now, unit.now) : unit.now;
  const incident = await settleIncident(unit, incidentId, { from, fixed: { nextUpdateAt, ...fixed } });
  if (input.notify)
    tell(unit, input.status === 'resolved' ? 'incident.resolved' : 'incident.updated', incident, id);
  return id;
}

/**
 * Changes an incident. A new `status` or `components` in the patch post an update (with `body`, or without words); a `body`
 * alone corrects the first update's text, as it is the first update's in a new incident.
 *
 * @throws DomainError not_found, invalid
 */
export async function editIncident(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
  input: IncidentPatch,
): Promise<Outcome<string>> {
  return change(manager, actor, pageId, 'incident.updated', async (unit) => {
    const row = await findIncident(unit, id);
    const given = times(input, unit.now);
    const posts = isUpdate(row, input);
    const status = input.status ?? row.status;
    if (given.resolvedAt !== undefined && status !== 'resolved')
      throw invalid(['resolved_at'], 'resolved_at goes with the status resolved.');
    const startedAt = given.startedAt ?? row.startedAt;
    const resolvedAt = given.resolvedAt ?? (status === 'resolved' ? (row.resolvedAt ?? unit.now) : null);
    assertOrder(startedAt, resolvedAt);
    const { tx } = unit;
    const byHand = input.impact === undefined ? row.impactByHand : input.impact !== null;
    const done = { value: id, subjectId: id, details: { ...input } };
    if (!posts && !(await changesAnything(unit, row, input))) return done;
    unit.write(
      tx
        .update(incidents)
        .set({
          title: input.title ?? row.title,
          startedAt,
          impactByHand: byHand,
          ...(input.impact ? { impact: input.impact } : {}),
        })
        .where(eq(incidents.id, id)),
    );
    if (input.body !== undefined && !posts) await correctFirst(unit, id, input.body);
    const fixed: Partial<IncidentRow> = {
      impactByHand: byHand,
      ...(input.impact ? { impact: input.impact } : {}),
      ...(given.resolvedAt === undefined ? {} : { resolvedAt: given.resolvedAt }),
      ...(input.next_update_at === undefined
        ? {}
        : { nextUpdateAt: input.next_update_at === null ? null : parseTime(input.next_update_at) }),
    };
    unit.touchMonthOf(row.startedAt);
    if (posts) {
      const update = {
        status,
        body: input.body ?? '',
        components: input.components,
        next_update_at: input.next_update_at,
        notify: input.notify ?? !isBackfilled(given, unit.now),
      };
      await addUpdate(unit, id, update, fixed);
    }
    await settleIncident(unit, id, {
      from: reachOf(row, startedAt, given.resolvedAt),
      fixed,
      impactMayFall: input.impact === null,
    });
    return done;
  });
}

/** True of a patch that says something new; a body that comes with nothing else corrects, and `[]` equals absent. */
function isUpdate(row: IncidentRow, { status, components: named = [], body }: IncidentPatch): boolean {
  return named.length > 0 || (status !== undefined && (status !== row.status || body !== undefined));
}

/** From when on corrected times change what was shown; infinity when they do not. */
function reachOf(row: IncidentRow, startedAt: number, resolvedAt: number | undefined): number {
  const moments: number[] = [];
  if (startedAt !== row.startedAt) moments.push(startedAt, row.startedAt);
  if (resolvedAt !== undefined && resolvedAt !== row.resolvedAt)
    moments.push(resolvedAt, row.resolvedAt ?? resolvedAt);
  return Math.min(...moments, Number.POSITIVE_INFINITY);
}

/** False of a patch that names only what is so already: it keeps the revision. */
async function changesAnything(unit: Change, row: IncidentRow, input: IncidentPatch): Promise<boolean> {
  const { title = row.title, impact, started_at, resolved_at, next_update_at, body } = input;
  const isOther = (text: string | null | undefined, now: number | null) =>
    text !== undefined && (text === null ? null : parseTime(text)) !== now;
  if (title !== row.title || impact !== undefined) return true;
  if (isOther(started_at, row.startedAt) || isOther(resolved_at, row.resolvedAt)) return true;
  if (isOther(next_update_at, row.nextUpdateAt)) return true;
  return body !== undefined && body !== (await firstUpdate(unit, row.id)).body;
}

async function firstUpdate(unit: Change, incidentId: string): Promise<{ id: string; body: string }> {
  const [first] = await unit.tx
    .select({ id: incidentUpdates.id, body: incidentUpdates.body })
    .from(incidentUpdates)
    .where(eq(incidentUpdates.incidentId, incidentId))
    .orderBy(incidentUpdates.createdAt, incidentUpdates.id)
    .limit(1);
  return first!;
}

async function correctFirst(unit: Change, incidentId: string, body: string): Promise<void> {
  const first = await firstUpdate(unit, incidentId);
  if (first.body === body) return;
  unit.write(
    unit.tx.update(incidentUpdates).set({ body, editedAt: unit.now }).where(eq(incidentUpdates.id, first.id)),
  );
}

/** Deletes an incident as if it had never been. @throws DomainError not_found */
export async function deleteIncident(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
): Promise<Outcome<null>> {
  return change(manager, actor, pageId, 'incident.deleted', async (unit) => {
    const row = await findIncident(unit, id);
    const named = await unit.tx
      .selectDistinct({ id: updateComponents.componentId })
      .from(updateComponents)
      .where(eq(updateComponents.incidentId, id));
    unit.touch('incident', id);
    unit.touchMonthOf(row.startedAt);
    unit.write(unit.tx.delete(incidents).where(eq(incidents.id, id)));
    await refreshShown(
      unit,
      await existing(
        unit,
        named.map((one) => one.id),
      ),
      row.startedAt,
    );
    return { value: null, subjectId: id, details: { title: row.title } };
  });
}
