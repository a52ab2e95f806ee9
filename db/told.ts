/**
 * Incidents and windows with all that belongs to them, as JSON made by the database: the driver hands that over many
 * times faster than rows of columns, and it costs one round trip on a server.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Incident, MaintenanceWindow } from '../src/domain/records.ts';
import { claimsNow } from '../src/domain/timeline.ts';
import type { Database } from './client.ts';
import { incidents, maintenanceWindows as windows } from './schema.ts';

interface ToldRow {
  told: string;
}

/** `order by … limit …` and the like, after the condition. */
export interface Selection {
  where: SQL;
  order?: SQL;
}

const update = `'id', u.id, 'v2Id', u.v2_id, 'status', u.status, 'body', u.body, 'createdAt', u.created_at, 'editedAt', u.edited_at`;
const updateComponents = `(select json_group_array(json_object('id', c.component_id, 'name', c.name, 'status', c.status)) from
  (select * from update_components where update_id = u.id order by place) c)`;
const flag = (column: string) => `json(iif(${column}, 'true', 'false'))`;

/**
 * One incident, for `incidentFrom`; the alias of its table is `i`. A postmortem that was written before it had an id of
 * the compatible API goes by the end of the incident's: 12 characters that never change.
 */
export const incidentText = `json_object('id', i.id, 'v2Id', i.v2_id, 'title', i.title, 'status', i.status,
  'impact', i.impact, 'startedAt', i.started_at, 'resolvedAt', i.resolved_at, 'nextUpdateAt', i.next_update_at,
  'createdAt', i.created_at, 'updatedAt', i.updated_at, 'components', json('[]'),
  'updates', (select json_group_array(json_object(${update}, 'components', ${updateComponents}))
    from (select * from incident_updates where incident_id = i.id order by created_at desc, id desc) u),
  'postmortem', json(iif(i.postmortem is null, 'null', json_object('v2Id', coalesce(i.postmortem_v2_id, substr(i.id, -12)),
    'body', i.postmortem,     'createdAt', i.postmortem_created_at, 'updatedAt', i.postmortem_updated_at))))`;
export const incidentJson = sql.raw(incidentText);

/** One window, for `windowFrom`; the alias of its table is `w`. */
export const windowText = `json_object('id', w.id, 'v2Id', w.v2_id, 'title', w.title, 'status', w.status,
  'startsAt', w.starts_at, 'endsAt', w.ends_at, 'startedAt', w.started_at, 'completedAt', w.completed_at,
  'overrunning', ${flag('w.overrunning')}, 'autoStart', ${flag('w.auto_start')},
  'autoComplete', ${flag('w.auto_complete')}, 'remindBeforeMinutes', w.remind_before_minutes,
  'createdAt', w.created_at, 'updatedAt', w.updated_at,
  'components', (select json_group_array(json_object('id', c.component_id, 'name', c.name)) from
    (select * from window_components where window_id = w.id order by place) c),
  'updates', (select json_group_array(json_object(${update}))
    from (select * from maintenance_updates where window_id = w.id order by created_at desc, id desc) u))`;
export const windowJson = sql.raw(windowText);

/** A query for incidents, to be run alone or in a batch. Read its rows by `incidentOf`. */
export function selectIncidents(db: Database, { where, order }: Selection) {
  return db.all<ToldRow>(
    sql`select ${incidentJson} as told from ${incidents} i where ${where} ${order ?? sql``}`,
  );
}

/** Likewise for maintenance windows. */
export function selectWindows(db: Database, { where, order }: Selection) {
  return db.all<ToldRow>(
    sql`select ${windowJson} as told from ${windows} w where ${where} ${order ?? sql``}`,
  );
}

/** What `incidentJson` made, with the components that it ever named. */
export function incidentFrom(told: Incident): Incident {
  const oldestFirst = told.updates.toReversed();
  const named = new Map(
    oldestFirst.flatMap(({ components }) => components.map(({ id, name }) => [id, name])),
  );
  const now = claimsNow(
    oldestFirst.map(({ createdAt, status, components }) => ({ at: createdAt, status, components })),
  );
  return { ...told, components: [...now].map(([id, status]) => ({ id, name: named.get(id) ?? '', status })) };
}

export function incidentOf(row: ToldRow): Incident {
  return incidentFrom(JSON.parse(row.told) as Incident);
}

export function windowOf(row: ToldRow): MaintenanceWindow {
  return JSON.parse(row.told) as MaintenanceWindow;
}
