/**
 * Incidents and windows with all that belongs to them, a statement a kind: nested rows come as JSON, which the driver
 * hands over many times faster than rows of columns, and which costs one round trip on a server.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Incident, IncidentUpdate, MaintenanceWindow, Update } from '../src/domain/records.ts';
import type { IncidentStatus, MaintenanceStatus } from '../src/domain/status.ts';
import { claimsNow } from '../src/domain/timeline.ts';
import type { Database } from './client.ts';
import { incidents, maintenanceWindows as windows } from './schema.ts';

export interface ToldRow {
  told: string;
}

/** `order by … limit …` and the like, after the condition. */
export interface Selection {
  where: SQL;
  order?: SQL;
}

const updateComponents = sql`(select json_group_array(json_array(c.component_id, c.name, c.status)) from
  (select * from update_components where update_id = u.id order by place) c)`;

const incidentColumns = sql`json_array(i.id, i.v2_id, i.title, i.status, i.impact, i.started_at, i.resolved_at,
  i.next_update_at, i.created_at, i.updated_at, i.postmortem, i.postmortem_created_at, i.postmortem_updated_at,
  (select json_group_array(json_array(u.id, u.v2_id, u.status, u.body, u.created_at, u.edited_at, ${updateComponents}))
    from (select * from incident_updates where incident_id = i.id order by created_at, id) u))`;

const windowColumns = sql`json_array(w.id, w.v2_id, w.title, w.status, w.starts_at, w.ends_at, w.started_at, w.completed_at,
  w.overrunning, w.auto_start, w.auto_complete, w.remind_before_minutes, w.created_at, w.updated_at,
  (select json_group_array(json_array(c.component_id, c.name)) from
    (select * from window_components where window_id = w.id order by place) c),
  (select json_group_array(json_array(u.id, u.v2_id, u.status, u.body, u.created_at, u.edited_at))
    from (select * from maintenance_updates where window_id = w.id order by created_at, id) u))`;

/** A query for incidents, to be run alone or in a batch; the alias of the table is `i`. Read its rows by `incidentOf`. */
export function selectIncidents(db: Database, { where, order }: Selection) {
  return db.all<ToldRow>(
    sql`select ${incidentColumns} as told from ${incidents} i where ${where} ${order ?? sql``}`,
  );
}

/** Likewise for maintenance windows; the alias is `w`. */
export function selectWindows(db: Database, { where, order }: Selection) {
  return db.all<ToldRow>(
    sql`select ${windowColumns} as told from ${windows} w where ${where} ${order ?? sql``}`,
  );
}

type UpdateTuple = [string, string, string, string, number, number | null, [string, string, string][]?];

export function incidentOf(row: ToldRow): Incident {
  const [
    id,
    v2Id,
    title,
    status,
    impact,
    startedAt,
    resolvedAt,
    nextUpdateAt,
    createdAt,
    updatedAt,
    postmortem,
    pmCreatedAt,
    pmUpdatedAt,
    updateRows,
  ] = JSON.parse(row.told);
  const updates = (updateRows as UpdateTuple[]).map(
    ([updateId, updateV2Id, updateStatus, body, at, editedAt, said]) =>
      ({
        id: updateId,
        v2Id: updateV2Id,
        status: updateStatus as IncidentStatus,
        body,
        createdAt: at,
        editedAt,
        components: (said ?? []).map(([componentId, name, componentStatus]) => ({
          id: componentId,
          name,
          status: componentStatus,
        })),
      }) as IncidentUpdate,
  );
  const names = new Map(
    updates.flatMap((update) => update.components.map(({ id, name }) => [id, name] as const)),
  );
  const now = claimsNow(
    updates.map((update) => ({ at: update.createdAt, status: update.status, components: update.components })),
  );
  return {
    id,
    v2Id,
    title,
    status,
    impact,
    startedAt,
    resolvedAt,
    nextUpdateAt,
    createdAt,
    updatedAt,
    components: [...now].map(([componentId, said]) => ({
      id: componentId,
      name: names.get(componentId) ?? '',
      status: said,
    })),
    updates: updates.reverse(),
    postmortem:
      postmortem === null ? null : { body: postmortem, createdAt: pmCreatedAt, updatedAt: pmUpdatedAt },
  };
}

export function windowOf(row: ToldRow): MaintenanceWindow {
  const [
    id,
    v2Id,
    title,
    status,
    startsAt,
    endsAt,
    startedAt,
    completedAt,
    overrunning,
    autoStart,
    autoComplete,
    remindBeforeMinutes,
    createdAt,
    updatedAt,
    componentRows,
    updateRows,
  ] = JSON.parse(row.told);
  const updates = (updateRows as UpdateTuple[]).map(
    ([updateId, updateV2Id, updateStatus, body, at, editedAt]): Update<MaintenanceStatus> => ({
      id: updateId,
      v2Id: updateV2Id,
      status: updateStatus as MaintenanceStatus,
      body,
      createdAt: at,
      editedAt,
    }),
  );
  return {
    id,
    v2Id,
    title,
    status,
    startsAt,
    endsAt,
    startedAt,
    completedAt,
    overrunning: overrunning === 1,
    autoStart: autoStart === 1,
    autoComplete: autoComplete === 1,
    remindBeforeMinutes,
    createdAt,
    updatedAt,
    components: (componentRows as [string, string][]).map(([componentId, name]) => ({
      id: componentId,
      name,
    })),
    updates: updates.reverse(),
  };
}
