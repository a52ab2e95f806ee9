import { eq } from 'drizzle-orm';
import { type Question, question } from '../../db/question.ts';
import { incidents, incidentUpdates } from '../../db/schema.ts';
import { incidentFrom } from '../../db/told.ts';
import { conflict, notFound } from '../domain/errors.ts';
import { newV2Id } from '../domain/ids.ts';
import type { Incident, IncidentUpdate } from '../domain/records.ts';
import type { Actor, Manager, Outcome } from './command.ts';
import { incidentStanding, resolvingUpdate, settleIncident } from './incident-state.ts';
import { changeKnowing } from './run-change.ts';

type Postmortem = NonNullable<Incident['postmortem']>;

/** Corrects a posted text; nobody is told. @throws DomainError not_found */
export async function editUpdate(
  manager: Manager,
  actor: Actor,
  pageId: string,
  incidentId: string,
  id: string,
  input: { body?: string | undefined },
): Promise<Outcome<string, IncidentUpdate>> {
  const { incident } = incidentStanding(pageId, incidentId);
  return changeKnowing(
    manager,
    actor,
    pageId,
    'incident.update_edited',
    { incident },
    async (unit, known) => {
      const { row, told } = known.incident;
      const update = told.updates.find((one) => one.id === id);
      if (!update) throw notFound('Update');
      const done = { value: id, subjectId: incidentId, details: { update_id: id } };
      if (input.body === undefined || input.body === update.body) return { ...done, after: update };
      const corrected = { body: input.body, editedAt: unit.now };
      unit.write(
        unit.tx.update(incidentUpdates).set(corrected).where(eq(incidentUpdates.id, id)),
        unit.tx.update(incidents).set({ updatedAt: unit.now }).where(eq(incidents.id, incidentId)),
      );
      unit.touch('incident', incidentId);
      unit.touchMonthOf(row.startedAt);
      return { ...done, after: { ...update, ...corrected } };
    },
  );
}

/** Takes an update back, with what it said. @throws DomainError not_found; conflict for the only one */
export async function deleteUpdate(
  manager: Manager,
  actor: Actor,
  pageId: string,
  incidentId: string,
  id: string,
): Promise<Outcome<null>> {
  const asked = {
    ...incidentStanding(pageId, incidentId, { reach: 'always' }),
    promises: promisesOf(incidentId),
  };
  return changeKnowing(manager, actor, pageId, 'incident.update_deleted', asked, async (unit, known) => {
    const { row: incident, told: before } = known.incident;
    const place = before.updates.findIndex((update) => update.id === id);
    const gone = before.updates[place];
    if (!gone) throw notFound('Update');
    if (before.updates.length === 1)
      throw conflict('The only update of an incident can not be deleted. Delete the incident instead.');
    unit.write(unit.tx.delete(incidentUpdates).where(eq(incidentUpdates.id, id)));
    const isFirst = place === before.updates.length - 1;
    const updates = before.updates.toSpliced(place, 1);
    const resolving = resolvingUpdate(updates);
    const endMoved = resolving?.id !== resolvingUpdate(before.updates)?.id;
    const standing = { ...known.incident, told: incidentFrom({ ...before, updates }), held: known.held };
    await settleIncident(unit, standing, {
      from: Math.min(
        isFirst ? incident.startedAt : gone.createdAt,
        incident.resolvedAt ?? unit.now,
        resolving?.createdAt ?? unit.now,
      ),
      fixed: {
        ...(place === 0 ? { nextUpdateAt: known.promises[updates[0]!.id] ?? null } : {}),
        ...(endMoved && resolving ? { resolvedAt: Math.max(resolving.createdAt, incident.startedAt) } : {}),
      },
      impactMayFall: true,
    });
    return { value: null, after: null, subjectId: incidentId, details: { update_id: id } };
  });
}

/** When the next update was promised by each update. */
function promisesOf(incidentId: string): Question<Record<string, number | null>> {
  const { statement, read } = question<Record<string, number | null>>(
    'select json_group_object(id, next_update_at) as answer from incident_updates where incident_id = ?',
    incidentId,
  );
  return { statement, read: (rows) => read(rows)! };
}

/** Writes or rewrites the postmortem. @throws DomainError not_found */
export async function writePostmortem(
  manager: Manager,
  actor: Actor,
  pageId: string,
  incidentId: string,
  body: string,
): Promise<Outcome<string, Postmortem>> {
  const { incident } = incidentStanding(pageId, incidentId);
  const action = 'incident.postmortem_written';
  return changeKnowing(manager, actor, pageId, action, { incident }, async (unit, known) => {
    const { row, told } = known.incident;
    const v2Id = row.postmortem === null ? newV2Id() : row.postmortemV2Id;
    const createdAt = row.postmortemCreatedAt ?? unit.now;
    const written = {
      ...{ postmortem: body, postmortemV2Id: v2Id },
      ...{ postmortemCreatedAt: createdAt, postmortemUpdatedAt: unit.now, updatedAt: unit.now },
    };
    unit.write(unit.tx.update(incidents).set(written).where(eq(incidents.id, incidentId)));
    unit.touch('incident', incidentId);
    unit.touchMonthOf(row.startedAt);
    const after = { v2Id: v2Id ?? told.postmortem!.v2Id, body, createdAt, updatedAt: unit.now };
    return { value: incidentId, after, subjectId: incidentId };
  });
}
