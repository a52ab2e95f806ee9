import { eq } from 'drizzle-orm';
import { incidents, incidentUpdates } from '../../db/schema.ts';
import { invalid } from '../domain/errors.ts';
import { newId, newV2Id } from '../domain/ids.ts';
import type { IncidentCreate, IncidentPatch, IncidentUpdateCreate } from '../domain/input.ts';
import type { Incident, IncidentUpdate } from '../domain/records.ts';
import type { Actor, Change, Manager, Outcome } from './command.ts';
import {
  assertOrder,
  changesAnything,
  componentsOnPage,
  firstOf,
  isBackfilled,
  isUpdate,
  reachOf,
  reachOfPatch,
  times,
} from './incident-input.ts';
import {
  claimBy,
  type IncidentOrigin,
  type IncidentRow,
  incidentStanding,
  parseTime,
  resolvingUpdate,
  type Standing,
  settled,
  settleIncident,
  tell,
  toldOf,
  updateOf,
  withUpdate,
  writeUpdate,
} from './incident-state.ts';
import { pastBesides } from './past.ts';
import { changeKnowing } from './run-change.ts';
import { heldBesides, namedAmong, show, showSince } from './shown.ts';

const idsOf = (list: readonly { id: string }[] = []) => list.map(({ id }) => id);

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
): Promise<Outcome<string, Incident>> {
  const said = input.components ?? [];
  const ids = idsOf(said);
  const from = firstOf(input);
  const asked = {
    ...{ onPage: componentsOnPage(pageId), held: heldBesides(pageId, ids) },
    past: from === undefined || ids.length === 0 ? undefined : pastBesides(pageId, ids, from),
  };
  return changeKnowing(manager, actor, pageId, 'incident.created', asked, async (unit, known) => {
    const { now } = unit;
    const { onPage, held, past = null } = known;
    const given = times(input, now);
    const resolved = input.status === 'resolved';
    if (!resolved && given.resolvedAt !== undefined)
      throw invalid(['resolved_at'], 'resolved_at goes with the status resolved.');
    const resolvedAt = resolved ? (given.resolvedAt ?? now) : null;
    const startedAt = given.startedAt ?? Math.min(now, resolvedAt ?? now);
    assertOrder(startedAt, resolvedAt);
    const names = namedAmong(held, ids, 'components');
    const id = newId();
    const nextUpdateAt = resolved || !input.next_update_at ? null : parseTime(input.next_update_at);
    const row: IncidentRow = {
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
      postmortem: null,
      postmortemCreatedAt: null,
      postmortemUpdatedAt: null,
      postmortemV2Id: null,
      promisedBy: nextUpdateAt === null ? null : actor.name,
      overdueRemindedAt: null,
      createdAt: origin.createdAt ?? now,
      updatedAt: now,
    };
    // The update of an incident that is over stands at its end: between start and end it said what it names.
    const update = updateOf(
      {
        ...{ status: input.status, body: input.body, at: resolvedAt ?? now },
        ...(origin.updateV2Id ? { v2Id: origin.updateV2Id } : {}),
      },
      said,
      names,
    );
    const standing: Standing = { row, told: withUpdate(toldOf(row), update), onPage, held, past };
    const settlement = { from: startedAt, fixed: resolved ? { resolvedAt } : {} };
    const made = settled(unit, standing, settlement);
    unit.write(unit.tx.insert(incidents).values(made));
    writeUpdate(unit, id, update, nextUpdateAt);
    const after = await claimBy(unit, made, standing, startedAt);
    if (input.notify ?? !(resolved || isBackfilled(given, now)))
      tell(unit, resolved ? 'incident.resolved' : 'incident.created', after, update.id);
    return { value: id, after, subjectId: id, details: { title: input.title, status: input.status } };
  });
}

/** Adds an update: what it names changes, the rest stays. @throws DomainError not_found, invalid (components) */
export async function postUpdate(
  manager: Manager,
  actor: Actor,
  pageId: string,
  incidentId: string,
  input: IncidentUpdateCreate,
): Promise<Outcome<string, IncidentUpdate>> {
  const reach = input.status === 'resolved' ? 'never' : 'whenReopened';
  const asked = incidentStanding(pageId, incidentId, { ids: idsOf(input.components), reach });
  return changeKnowing(manager, actor, pageId, 'incident.update_posted', asked, async (unit, known) => {
    const standing = { ...known.incident, held: known.held };
    const { update, told, ...settlement } = addUpdate(unit, standing, input);
    const incident = await settleIncident(unit, { ...standing, told }, settlement);
    if (input.notify) tellOf(unit, incident, update);
    return {
      value: update.id,
      after: update,
      subjectId: incidentId,
      details: { update_id: update.id, status: input.status },
    };
  });
}

function tellOf(unit: Change, incident: Incident, { id, status }: IncidentUpdate): void {
  tell(unit, status === 'resolved' ? 'incident.resolved' : 'incident.updated', incident, id);
}

/** Writes one more update. @returns the incident told with it, and what has to be settled for it */
function addUpdate(unit: Change, { row, told, held }: Standing, input: IncidentUpdateCreate) {
  const said = input.components ?? [];
  const names = namedAmong(held, idsOf(said), 'components');
  const { status, body } = input;
  const nextUpdateAt = input.next_update_at && status !== 'resolved' ? parseTime(input.next_update_at) : null;
  const update = updateOf({ status, body, at: unit.now }, said, names);
  writeUpdate(unit, row.id, update, nextUpdateAt);
  // Reopened, it spoke until the update that had resolved it: a corrected `resolved_at` goes.
  const reopened = row.status === 'resolved' && status !== 'resolved';
  const ends = reopened ? [row.resolvedAt, resolvingUpdate(told.updates)?.createdAt] : [];
  const from = Math.min(unit.now, ...ends.map((end) => end ?? unit.now));
  return { update, told: withUpdate(told, update), from, fixed: { nextUpdateAt } };
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
): Promise<Outcome<string, Incident>> {
  const asked = incidentStanding(pageId, id, {
    ...{ ids: idsOf(input.components), reach: reachOfPatch(input), from: firstOf(input) },
  });
  return changeKnowing(manager, actor, pageId, 'incident.updated', asked, async (unit, known) => {
    const standing = { ...known.incident, held: known.held };
    const { row } = standing;
    const given = times(input, unit.now);
    const posts = isUpdate(row, input);
    const status = input.status ?? row.status;
    if (given.resolvedAt !== undefined && status !== 'resolved')
      throw invalid(['resolved_at'], 'resolved_at goes with the status resolved.');
    const startedAt = given.startedAt ?? row.startedAt;
    const resolvedAt = given.resolvedAt ?? (status === 'resolved' ? (row.resolvedAt ?? unit.now) : null);
    assertOrder(startedAt, resolvedAt);
    const done = { value: id, subjectId: id, details: { ...input } };
    if (!posts && !changesAnything(standing, input)) return { ...done, after: standing.told };
    let told: Incident = { ...standing.told, startedAt };
    if (input.body !== undefined && !posts) told = correctFirst(unit, told, input.body);
    const update = {
      status,
      body: input.body ?? '',
      components: input.components,
      next_update_at: input.next_update_at,
      notify: input.notify ?? !isBackfilled(given, unit.now),
    };
    const added = posts ? addUpdate(unit, { ...standing, told }, update) : null;
    const after = await settleIncident(
      unit,
      { ...standing, told: added?.told ?? told },
      {
        from: Math.min(added?.from ?? Number.POSITIVE_INFINITY, reachOf(row, startedAt, given.resolvedAt)),
        fixed: {
          ...added?.fixed,
          title: input.title ?? row.title,
          startedAt,
          impactByHand: input.impact === undefined ? row.impactByHand : input.impact !== null,
          ...(input.impact ? { impact: input.impact } : {}),
          ...(given.resolvedAt === undefined ? {} : { resolvedAt: given.resolvedAt }),
          ...(input.next_update_at === undefined
            ? {}
            : { nextUpdateAt: input.next_update_at === null ? null : parseTime(input.next_update_at) }),
        },
        impactMayFall: input.impact === null,
      },
    );
    unit.touchMonthOf(row.startedAt);
    if (added && update.notify) tellOf(unit, after, added.update);
    return { ...done, after };
  });
}

/** Corrects the first update's text. */
function correctFirst(unit: Change, told: Incident, body: string): Incident {
  const first = told.updates.at(-1)!;
  if (first.body === body) return told;
  const corrected = { body, editedAt: unit.now };
  unit.write(unit.tx.update(incidentUpdates).set(corrected).where(eq(incidentUpdates.id, first.id)));
  return { ...told, updates: [...told.updates.slice(0, -1), { ...first, ...corrected }] };
}

/** Deletes an incident as if it had never been. @throws DomainError not_found */
export async function deleteIncident(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
): Promise<Outcome<null>> {
  const asked = incidentStanding(pageId, id, { reach: 'always' });
  return changeKnowing(manager, actor, pageId, 'incident.deleted', asked, async (unit, known) => {
    const { row, past } = known.incident;
    unit.touch('incident', id);
    unit.touchMonthOf(row.startedAt);
    unit.write(unit.tx.delete(incidents).where(eq(incidents.id, id)));
    if (row.startedAt < unit.now) showSince(unit, known.held, past!, row.startedAt);
    else show(unit, known.held);
    return { value: null, after: null, subjectId: id, details: { title: row.title } };
  });
}
