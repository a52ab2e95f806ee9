/** Where an incident stands after all it said: its row, its claims, and what components show of them. */
import { eq } from 'drizzle-orm';
import { type Question, question } from '../../db/question.ts';
import { incidents } from '../../db/schema.ts';
import { changesOf, rowReader, statement } from '../../db/statement.ts';
import { incidentFrom, incidentText } from '../../db/told.ts';
import { notFound } from '../domain/errors.ts';
import { newId, newV2Id } from '../domain/ids.ts';
import { heavierImpact, impactOf } from '../domain/incident.ts';
import type { Said } from '../domain/input.ts';
import type { Incident, IncidentUpdate } from '../domain/records.ts';
import type { IncidentStatus } from '../domain/status.ts';
import type { Change } from './command.ts';
import {
  type Past,
  type PastRow,
  pastFrom,
  pastOf,
  pastText,
  type Reach,
  reachArgs,
  withIncident,
} from './past.ts';
import { type Held, heldBesides, show, showSince } from './shown.ts';

export type IncidentRow = typeof incidents.$inferSelect;

export interface IncidentOrigin {
  v2Id?: string;
  updateV2Id?: string;
  createdAt?: number;
}

export function parseTime(text: string): number {
  return Date.parse(text);
}

const UPDATE = `insert into incident_updates (id, v2_id, incident_id, status, body, next_update_at, created_at)
  values (?, ?, ?, ?, ?, ?, ?)`;
const NAME = `insert into update_components (update_id, incident_id, component_id, name, status, place)
  select ?1, ?2, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), key from json_each(?3)`;

/** A new update, as it will be told. */
export function updateOf(
  update: { v2Id?: string; status: IncidentStatus; body: string; at: number },
  said: Said,
  names: ReadonlyMap<string, { name: string }>,
): IncidentUpdate {
  const { v2Id = newV2Id(), status, body, at } = update;
  const components = said.map((one) => ({ id: one.id, name: names.get(one.id)!.name, status: one.status }));
  return { id: newId(), v2Id, status, body, createdAt: at, editedAt: null, components };
}

/** An update with what it names, to be written with the next flush. */
export function writeUpdate(
  unit: Change,
  incidentId: string,
  update: IncidentUpdate,
  nextUpdateAt: number | null,
): void {
  const { id, v2Id, status, body, createdAt, components } = update;
  unit.write(statement(UPDATE, id, v2Id, incidentId, status, body, nextUpdateAt, createdAt));
  if (components.length === 0) return;
  const rows = components.map((one) => [one.id, one.name, one.status]);
  unit.write(statement(NAME, id, incidentId, JSON.stringify(rows)));
}

/** All that decides where an incident stands. */
export interface Standing {
  row: IncidentRow;
  told: Incident;
  /** How many components the page has. */
  onPage: number;
  /** The components that it names, or is to name, without its own claims. */
  held: readonly Held[];
  /** What else held them, where the change may reach back. */
  past: Past | null;
}

const incidentReader = rowReader(incidents);
const askingFor = (
  past: string,
) => `select json_object('row', ${incidentReader.json}, 'told', ${incidentText},
  'onPage', (select count(*) from components where page_id = ?1),
  'past', ${past}) as answer from incidents i where i.id = ?2 and i.page_id = ?1`;
const INCIDENT: Record<Reach, string> = {
  never: askingFor('null'),
  whenReopened: askingFor(`json(iif(i.status = 'resolved', ${pastText}, 'null'))`),
  always: askingFor(`json(${pastText})`),
};

/**
 * What a change of an incident has to know. The reading throws DomainError not_found.
 *
 * @param ids components that it is to name
 * @param reach whether the past has to be known: from its start on, or from `from` (ms), if that is earlier
 */
export function incidentStanding(
  pageId: string,
  id: string,
  { ids = [], reach = 'never', from }: { ids?: readonly string[]; reach?: Reach; from?: number } = {},
) {
  const args = [pageId, id, ...reachArgs(ids, reach, from)];
  const incident = question<{ row: unknown; told: Incident; onPage: number; past: PastRow | null }>(
    INCIDENT[reach],
    ...args,
  );
  return {
    incident: {
      statement: incident.statement,
      read(rows) {
        const found = incident.read(rows);
        if (!found) throw notFound('Incident');
        const { row, told, onPage, past } = found;
        return {
          ...{ row: incidentReader.from(row), told: incidentFrom(told), onPage },
          past: past && pastFrom(past),
        };
      },
    } satisfies Question<Omit<Standing, 'held'>>,
    held: heldBesides(pageId, ids, id),
  };
}

export interface Settlement {
  /** From when on (ms) it says something else than before; infinity when it does not. */
  from: number;
  /** Columns that the caller decided. */
  fixed?: Partial<IncidentRow>;
  /** The impact follows updates upwards alone (contract, section 5), unless one of them was taken back. */
  impactMayFall?: boolean;
}

/** The incident's row in line with its updates. */
export function settled(unit: Change, standing: Standing, { fixed = {}, impactMayFall = false }: Settlement) {
  const { row, told, onPage } = standing;
  const newest = told.updates[0]!;
  const said = told.updates
    .toReversed()
    .map((update) => ({ at: update.createdAt, status: update.status, components: update.components }));
  const byUpdates = impactOf(said, onPage);
  const byHand = fixed.impactByHand ?? row.impactByHand;
  const resolved = newest.status === 'resolved';
  const nextUpdateAt = resolved
    ? null
    : fixed.nextUpdateAt === undefined
      ? row.nextUpdateAt
      : fixed.nextUpdateAt;
  return {
    ...row,
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
  } satisfies IncidentRow;
}

const CLAIM = `insert into claims (incident_id, component_id, status)
  select ?, json_extract(value, '$[0]'), json_extract(value, '$[1]') from json_each(?)`;

/** Writes what the incident claims now, and what components show by it. @returns the incident as it is told then */
export async function claimBy(
  unit: Change,
  row: IncidentRow,
  standing: Standing,
  from: number,
): Promise<Incident> {
  const { told, held } = standing;
  const claimed = new Map(
    told.components.filter(({ status }) => status !== 'operational').map((one) => [one.id, one.status]),
  );
  const there = held.filter(({ id }) => claimed.has(id)).map(({ id }) => [id, claimed.get(id)]);
  if (there.length > 0) unit.write(statement(CLAIM, row.id, JSON.stringify(there)));
  unit.touch('incident', row.id);
  unit.touchMonthOf(told.startedAt);
  unit.touchMonthOf(row.startedAt);
  const holding = held.map((one) => ({
    ...one,
    claims: [...one.claims, ...(claimed.has(one.id) ? [claimed.get(one.id)!] : [])],
  }));
  if (from < unit.now) {
    const ids = held.map(({ id }) => id);
    const past = await pastOf(unit, standing.past, ids, from, row.id);
    showSince(unit, holding, withIncident(past, row, told.updates), from);
  } else show(unit, holding);
  const { title, status, impact, startedAt, resolvedAt, nextUpdateAt, updatedAt } = row;
  return { ...told, title, status, impact, startedAt, resolvedAt, nextUpdateAt, updatedAt };
}

const UNCLAIM = 'delete from claims where incident_id = ?';

/** Brings the incident's row, its claims and what components show in line with its updates. */
export async function settleIncident(
  unit: Change,
  standing: Standing,
  settlement: Settlement,
): Promise<Incident> {
  const row = settled(unit, standing, settlement);
  const changed = { ...changesOf(standing.row, row), updatedAt: unit.now };
  unit.write(
    unit.tx.update(incidents).set(changed).where(eq(incidents.id, row.id)),
    statement(UNCLAIM, row.id),
  );
  return claimBy(unit, row, standing, settlement.from);
}

/** The update that resolved the incident for good, of updates newest first; null when it is open. */
export function resolvingUpdate(updates: readonly IncidentUpdate[]): IncidentUpdate | null {
  const since = updates.findIndex(({ status }) => status !== 'resolved');
  return (since === -1 ? updates.at(-1) : updates[since - 1]) ?? null;
}

/** A new incident that has said nothing yet. */
export function toldOf(row: IncidentRow): Incident {
  const { id, v2Id, title, status, impact, startedAt, resolvedAt, nextUpdateAt, createdAt, updatedAt } = row;
  return {
    ...{ id, v2Id, title, status, impact, startedAt, resolvedAt, nextUpdateAt, createdAt, updatedAt },
    ...{ components: [], updates: [], postmortem: null },
  };
}

/** An incident told with one more update. */
export function withUpdate(told: Incident, update: IncidentUpdate): Incident {
  const updates = [update, ...told.updates].sort(
    (a, b) => b.createdAt - a.createdAt || (b.id < a.id ? -1 : 1),
  );
  return incidentFrom({ ...told, updates });
}

/** What the notifier needs to tell of an incident: the rest is in the rows. */
export function tell(unit: Change, event: string, incident: Incident, updateId: string): void {
  unit.emit(event, incident.id, {
    update_id: updateId,
    component_ids: incident.components.map(({ id }) => id),
  });
}
