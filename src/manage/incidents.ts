import { and, count, eq, sql } from 'drizzle-orm';
import { inList, rowsOf, tuple } from '../../db/json-list.ts';
import { claims, components, incidents, incidentUpdates, updateComponents } from '../../db/schema.ts';
import { incidentOf, selectIncidents } from '../../db/told.ts';
import { invalid, notFound } from '../domain/errors.ts';
import { newId, newV2Id } from '../domain/ids.ts';
import { heavierImpact, impactOf } from '../domain/incident.ts';
import type { IncidentCreate, IncidentPatch, IncidentUpdateCreate, Said } from '../domain/input.ts';
import type { Incident } from '../domain/records.ts';
import type { IncidentStatus } from '../domain/status.ts';
import { type Actor, type Change, change, type Manager, type Outcome } from './command.ts';
import { namedComponents } from './components.ts';
import { refreshShown } from './shown.ts';

/** An incident that began or ended longer ago than this was backfilled: nobody is told unless asked for. */
const BACKFILLED_AFTER_MS = 60 * 60 * 1000;

type Row = typeof incidents.$inferSelect;

export interface IncidentOrigin {
  v2Id?: string;
  updateV2Id?: string;
  createdAt?: number;
}

export async function findIncident(unit: Change, id: string): Promise<Row> {
  const [row] = await unit.tx
    .select()
    .from(incidents)
    .where(and(eq(incidents.id, id), eq(incidents.pageId, unit.page.id)));
  if (!row) throw notFound('Incident');
  return row;
}

/** The incident as it stands after what was flushed, with all it says. */
export async function toldIncident(unit: Change, id: string): Promise<Incident> {
  await unit.flush();
  const [row] = await selectIncidents(unit.tx, { where: sql`i.id = ${id}` });
  return incidentOf(row!);
}

export function parseTime(text: string): number {
  return Date.parse(text);
}

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

/** An update with what it names, to be written with the next flush. */
export function writeUpdate(
  unit: Change,
  incidentId: string,
  update: {
    id: string;
    v2Id?: string;
    status: IncidentStatus;
    body: string;
    nextUpdateAt: number | null;
    at: number;
  },
  said: Said,
  names: Map<string, { name: string }>,
): void {
  const { id, status, body, nextUpdateAt, at } = update;
  unit.write(
    unit.tx
      .insert(incidentUpdates)
      .values({ id, v2Id: update.v2Id ?? newV2Id(), incidentId, status, body, nextUpdateAt, createdAt: at }),
  );
  if (said.length === 0) return;
  const rows = said.map((one, place) => [one.id, names.get(one.id)!.name, one.status, place]);
  unit.write(
    unit.tx.run(sql`insert into update_components (update_id, incident_id, component_id, name, status, place)
      select ${id}, ${incidentId}, ${tuple(0)}, ${tuple(1)}, ${tuple(2)}, ${tuple(3)} from ${rowsOf(rows)}`) as never,
  );
}

async function componentsOnPage(unit: Change): Promise<number> {
  const [row] = await unit.tx
    .select({ n: count() })
    .from(components)
    .where(eq(components.pageId, unit.page.id));
  return row!.n;
}

export interface Settlement {
  /** From when on (ms) it says something else than before; infinity when it does not. */
  from: number;
  /** Columns that the caller decided. */
  fixed?: Partial<Row>;
  /** Components that it may have named before and does not any more. */
  also?: readonly string[];
  /** The impact follows updates upwards alone (contract, section 5), unless one of them was taken back. */
  impactMayFall?: boolean;
}

/** Brings the incident's row, its claims and what components show in line with its updates. */
export async function settleIncident(
  unit: Change,
  id: string,
  { from, fixed = {}, also = [], impactMayFall = false }: Settlement,
): Promise<Incident> {
  const told = await toldIncident(unit, id);
  const newest = told.updates[0]!;
  const row = await findIncident(unit, id);
  const said = told.updates
    .toReversed()
    .map((update) => ({ at: update.createdAt, status: update.status, components: update.components }));
  const byUpdates = impactOf(said, await componentsOnPage(unit));
  const byHand = fixed.impactByHand ?? row.impactByHand;
  const resolved = newest.status === 'resolved';
  const next: Partial<Row> = {
    impact: byHand ? row.impact : impactMayFall ? byUpdates : heavierImpact(row.impact, byUpdates),
    ...fixed,
    status: newest.status,
    resolvedAt: resolved
      ? (fixed.resolvedAt ?? (row.status === 'resolved' ? row.resolvedAt : null) ?? newest.createdAt)
      : null,
    nextUpdateAt: resolved ? null : fixed.nextUpdateAt === undefined ? row.nextUpdateAt : fixed.nextUpdateAt,
    updatedAt: unit.now,
  };
  const claimed = told.components
    .filter(({ status }) => status !== 'operational')
    .map((one) => [one.id, one.status]);
  unit.write(
    unit.tx.update(incidents).set(next).where(eq(incidents.id, id)),
    unit.tx.delete(claims).where(eq(claims.incidentId, id)),
    unit.tx.run(sql`insert into claims (incident_id, component_id, status) select ${id}, ${tuple(0)}, ${tuple(1)} from ${rowsOf(claimed)}
      where ${tuple(0)} in (select id from components)`) as never,
  );
  unit.touch('incident', id);
  unit.touchMonthOf(told.startedAt);
  const ids = new Set([...told.components.map((one) => one.id), ...also]);
  await refreshShown(unit, await existing(unit, [...ids]), Math.min(from, unit.now));
  return toldIncident(unit, id);
}

async function existing(unit: Change, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await unit.tx
    .select({ id: components.id })
    .from(components)
    .where(sql`${components.id} ${inList(ids)}`);
  return rows.map((row) => row.id);
}

/** What the notifier needs to tell of an incident: the rest is in the rows. */
export function tell(unit: Change, event: string, incident: Incident, updateId: string): void {
  unit.emit(event, incident.id, {
    update_id: updateId,
    component_ids: incident.components.map(({ id }) => id),
  });
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
  fixed: Partial<Row> = {},
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
    const fixed: Partial<Row> = {
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
function isUpdate(row: Row, { status, components: named = [], body }: IncidentPatch): boolean {
  return named.length > 0 || (status !== undefined && (status !== row.status || body !== undefined));
}

/** From when on corrected times change what was shown; infinity when they do not. */
function reachOf(row: Row, startedAt: number, resolvedAt: number | undefined): number {
  const moments: number[] = [];
  if (startedAt !== row.startedAt) moments.push(startedAt, row.startedAt);
  if (resolvedAt !== undefined && resolvedAt !== row.resolvedAt)
    moments.push(resolvedAt, row.resolvedAt ?? resolvedAt);
  return Math.min(...moments, Number.POSITIVE_INFINITY);
}

/** False of a patch that names only what is so already: it keeps the revision. */
async function changesAnything(unit: Change, row: Row, input: IncidentPatch): Promise<boolean> {
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
