import { eq, sql } from 'drizzle-orm';
import { inList, rowsOf, tuple } from '../../../db/json-list.ts';
import { ask } from '../../../db/question.ts';
import { incidents, incidentUpdates, updateComponents } from '../../../db/schema.ts';
import { incidentOf, selectIncidents } from '../../../db/told.ts';
import { newId, newV2Id } from '../../domain/ids.ts';
import type { Incident, IncidentUpdate } from '../../domain/records.ts';
import type { ComponentStatus } from '../../domain/status.ts';
import { claimsNow } from '../../domain/timeline.ts';
import type { Change } from '../command.ts';
import { incidentStanding, settleIncident, updateOf, writeUpdate } from '../incident-state.ts';
import type { Ids, Reach, Tally } from './apply.ts';
import type { Notes } from './notes.ts';
import type { Plan } from './plan.ts';
import type { PlannedIncident, PlannedIncidentUpdate } from './plan-told.ts';

type Said = { id: string; status: ComponentStatus }[];
type Names = Map<string, { name: string }>;

/** Records the incidents with all updates at their original times; those that are there get what they lack. */
export async function applyIncidents(
  unit: Change,
  plan: Plan,
  ids: Ids,
  reach: Reach,
  notes: Notes,
  step: () => void,
): Promise<{ tally: Tally }> {
  const known = new Map((await knownIncidents(unit, plan)).map((incident) => [incident.v2Id, incident]));
  const names: Names = new Map(plan.components.map((one) => [ids.get(one.v2Id)!, { name: one.name }]));
  const tally: Tally = { made: 0, changed: 0, same: 0 };
  const ours = (said: PlannedIncidentUpdate['said']): Said =>
    said.map((one) => ({ id: ids.get(one.id)!, status: one.status }));
  for (const planned of plan.incidents) {
    const incident = known.get(planned.v2Id);
    if (!incident) {
      record(unit, planned, ours, names, reach);
      tally.made++;
    } else if (await amend(unit, incident, planned, ours, names)) tally.changed++;
    else tally.same++;
    step();
  }
  await unit.flush();
  await noteOthers(unit, plan, notes);
  return { tally };
}

async function knownIncidents(unit: Change, plan: Plan): Promise<Incident[]> {
  const v2Ids = plan.incidents.map((one) => one.v2Id);
  const rows = await selectIncidents(unit.tx, {
    where: sql`i.page_id = ${unit.page.id} and i.v2_id ${inList(v2Ids)}`,
  });
  return rows.map(incidentOf);
}

function record(
  unit: Change,
  planned: PlannedIncident,
  ours: (said: PlannedIncidentUpdate['said']) => Said,
  names: Names,
  reach: Reach,
): void {
  const { v2Id, title, impact, startedAt, resolvedAt, createdAt, updatedAt, postmortem, updates } = planned;
  const id = newId();
  unit.write(
    unit.tx.insert(incidents).values({
      id,
      v2Id,
      pageId: unit.page.id,
      title,
      status: updates.at(-1)!.status,
      impact,
      impactByHand: true,
      startedAt,
      resolvedAt,
      nextUpdateAt: null,
      postmortem: postmortem?.body ?? null,
      postmortemV2Id: postmortem ? (postmortem.v2Id ?? newV2Id()) : null,
      postmortemCreatedAt: postmortem?.at ?? null,
      postmortemUpdatedAt: postmortem?.at ?? null,
      createdAt,
      updatedAt,
    }),
  );
  const said = updates.map((update) => ({ ...update, components: ours(update.said) }));
  for (const update of said) writeUpdate(unit, id, updateOf(update, update.components, names), null);
  const now = claimsNow(said);
  const claimed = [...now].filter(([, status]) => status !== 'operational');
  if (claimed.length > 0) {
    unit.write(
      unit.tx.run(sql`insert into claims (incident_id, component_id, status)
        select ${id}, ${tuple(0)}, ${tuple(1)} from ${rowsOf(claimed)}`) as never,
    );
  }
  unit.touch('incident', id);
  unit.touchMonthOf(startedAt);
  reach.add(now.keys(), startedAt);
}

/** Brings an incident that is there in line with the plan; updates that it has besides stay. @returns false when it was */
async function amend(
  unit: Change,
  incident: Incident,
  planned: PlannedIncident,
  ours: (said: PlannedIncidentUpdate['said']) => Said,
  names: Names,
): Promise<boolean> {
  const { tx } = unit;
  const { title, impact, startedAt, resolvedAt, postmortem } = planned;
  const there = new Map(incident.updates.map((update) => [update.v2Id, update]));
  let reachBack =
    startedAt === incident.startedAt ? Number.POSITIVE_INFINITY : Math.min(startedAt, incident.startedAt);
  let changed = Number.isFinite(reachBack) || title !== incident.title || impact !== incident.impact;
  for (const update of planned.updates) {
    const said = ours(update.said);
    const row = there.get(update.v2Id);
    if (row && isSame(row, update, said)) continue;
    changed = true;
    reachBack = Math.min(reachBack, update.at, row?.createdAt ?? update.at);
    // Written anew: nothing hangs on an update but what it says.
    if (row)
      unit.write(
        tx.delete(updateComponents).where(eq(updateComponents.updateId, row.id)),
        tx.delete(incidentUpdates).where(eq(incidentUpdates.id, row.id)),
      );
    const written = updateOf(update, said, names);
    writeUpdate(unit, incident.id, row ? { ...written, id: row.id } : written, null);
  }
  const newPostmortem =
    postmortem !== null &&
    (postmortem.body !== incident.postmortem?.body ||
      (postmortem.v2Id !== null && postmortem.v2Id !== incident.postmortem.v2Id));
  if (!changed && !newPostmortem) return false;
  unit.touchMonthOf(incident.startedAt);
  const written = newPostmortem
    ? {
        postmortem: postmortem.body,
        postmortemV2Id: postmortem.v2Id ?? incident.postmortem?.v2Id ?? newV2Id(),
        postmortemCreatedAt: incident.postmortem?.createdAt ?? postmortem.at,
        postmortemUpdatedAt: postmortem.at,
      }
    : {};
  const ended = resolvedAt === null ? {} : { resolvedAt };
  await unit.flush();
  const named = incident.components.map(({ id }) => id);
  const { incident: standing, held } = await ask(
    tx.$client,
    incidentStanding(unit.page.id, incident.id, {
      ...{ ids: named, reach: Number.isFinite(reachBack) ? 'always' : 'never', from: reachBack },
    }),
  );
  await settleIncident(
    unit,
    { ...standing, held },
    {
      from: reachBack,
      fixed: { title, impact, impactByHand: true, startedAt, ...ended, ...written },
    },
  );
  return true;
}

function isSame(row: IncidentUpdate, update: PlannedIncidentUpdate, said: Said): boolean {
  const named = (list: Said) => JSON.stringify(list.map(({ id, status }) => [id, status]));
  return (
    row.status === update.status &&
    row.body === update.body &&
    row.createdAt === update.at &&
    named(row.components) === named(said)
  );
}

/** What is open here and not at the source was resolved there, or is our own: it is not for an import to say. */
async function noteOthers(unit: Change, plan: Plan, notes: Notes): Promise<void> {
  const v2Ids = plan.incidents.map((one) => one.v2Id);
  const rows = await unit.tx.all<{ title: string }>(sql`select title from incidents
    where page_id = ${unit.page.id} and status <> 'resolved' and v2_id not ${inList(v2Ids)} order by started_at`);
  for (const { title } of rows)
    notes.add('The page has an open incident that the source does not list; it was left open', title);
}
