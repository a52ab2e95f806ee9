/** Where an incident stands after all it said: its row, its claims, and what components show of them. */
import { and, count, eq, sql } from 'drizzle-orm';
import { inList, rowsOf, tuple } from '../../db/json-list.ts';
import { claims, components, incidents, incidentUpdates } from '../../db/schema.ts';
import { incidentOf, selectIncidents } from '../../db/told.ts';
import { notFound } from '../domain/errors.ts';
import { newV2Id } from '../domain/ids.ts';
import { heavierImpact, impactOf } from '../domain/incident.ts';
import type { Said } from '../domain/input.ts';
import type { Incident } from '../domain/records.ts';
import type { IncidentStatus } from '../domain/status.ts';
import type { Change } from './command.ts';
import { refreshShown } from './shown.ts';

export type IncidentRow = typeof incidents.$inferSelect;

export interface IncidentOrigin {
  v2Id?: string;
  updateV2Id?: string;
  createdAt?: number;
}

export async function findIncident(unit: Change, id: string): Promise<IncidentRow> {
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
  fixed?: Partial<IncidentRow>;
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
  const nextUpdateAt = resolved
    ? null
    : fixed.nextUpdateAt === undefined
      ? row.nextUpdateAt
      : fixed.nextUpdateAt;
  const next: Partial<IncidentRow> = {
    impact: byHand ? row.impact : impactMayFall ? byUpdates : heavierImpact(row.impact, byUpdates),
    ...fixed,
    status: newest.status,
    resolvedAt: resolved
      ? (fixed.resolvedAt ?? (row.status === 'resolved' ? row.resolvedAt : null) ?? newest.createdAt)
      : null,
    nextUpdateAt,
    // A new promise is its maker's, and nobody was reminded of it yet.
    ...(nextUpdateAt === row.nextUpdateAt
      ? {}
      : { promisedBy: nextUpdateAt === null ? null : unit.actor.name, overdueRemindedAt: null }),
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

export async function existing(unit: Change, ids: readonly string[]): Promise<string[]> {
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
