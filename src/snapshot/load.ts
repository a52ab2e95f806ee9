/**
 * All rows that the public truth of one page is made of, in one statement: one state of the database, one round trip to a
 * server, and no rows of columns, which the driver is slow to hand over. With the snapshot that was made before, only
 * what changed since is read: publishing costs what changed and what is open.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { inList } from '../../db/json-list.ts';
import { incidentJson, windowJson } from '../../db/told.ts';
import type { Incident, MaintenanceWindow } from '../domain/records.ts';
import type { ComponentStatus } from '../domain/status.ts';
import type { PageSnapshot } from './schema.ts';

/** Lists hold so many; what is open is there besides. */
export const LISTED = 100;
export const DAYS_SHOWN = 90;

/** A day begins at most so long before or after midnight UTC, in every zone. */
const ZONES_MS = 15 * 60 * 60 * 1000;

export interface PageFields {
  id: string;
  v2Id: string;
  slug: string;
  name: string;
  description: string | null;
  timezone: string;
  language: string;
  languages: string[];
  accent: string | null;
  /** Null without one; `content` in base64. */
  logo: { mediaType: 'image/png' | 'image/webp'; content: string; updatedAt: number } | null;
  domain: string | null;
  domainRoutedAt: number | null;
  revision: number;
  changedAt: number;
  daysVersion: number;
  openDay: string;
  createdAt: number;
}

/** id, v2Id, name, createdAt, updatedAt */
export type GroupTuple = [string, string, string, number, number];
/** id, v2Id, groupId, name, code, description, status, since, createdAt, updatedAt */
export type ComponentTuple = [
  string,
  string,
  string | null,
  string,
  string,
  string | null,
  ComponentStatus,
  number,
  number,
  number,
];
/** componentId, at, status, previous */
export type ShownTuple = [string, number, ComponentStatus, ComponentStatus];
/** componentId, date, milliseconds in each status in the order of severity */
export type DayTuple = [string, string, number, number, number, number, number];

export interface Touch {
  kind: 'component' | 'incident' | 'maintenance' | 'month' | 'uptime';
  ref: string;
}

export interface PageRows {
  page: PageFields;
  groups: GroupTuple[];
  components: ComponentTuple[];
  /** At least since the start of the first day that is not closed. */
  shown: ShownTuple[];
  /** Of the last 90 days and maybe some more; null when those of the known snapshot still hold. */
  closedDays: DayTuple[] | null;
  /** Ids in the order of the lists. */
  incidentIds: string[];
  windowIds: string[];
  /** Those that the known snapshot does not have as they are now; incidents go through `incidentFrom`. */
  incidents: Incident[];
  windows: MaintenanceWindow[];
  totals: { incidents: number; maintenance: number };
  /** The earliest start of anything in the archive. */
  firstAt: number | null;
  /** What changed since the revision that was asked for. */
  touches: Touch[];
}

const pageJson = sql.raw(`json_object('id', p.id, 'v2Id', p.v2_id, 'slug', p.slug, 'name', p.name,
  'description', p.description, 'timezone', p.timezone, 'language', p.language, 'languages', json(p.languages),
  'accent', p.accent, 'logo', (select json_object('mediaType', media_type, 'content', content, 'updatedAt', updated_at)
    from logos where page_id = p.id), 'domain', p.domain, 'domainRoutedAt', p.domain_routed_at, 'revision', p.revision,
  'changedAt', p.changed_at, 'daysVersion', p.days_version, 'openDay', p.open_day, 'createdAt', p.created_at)`);

const groupsJson = sql.raw(`(select json_group_array(json_array(id, v2_id, name, created_at, updated_at))
  from (select * from groups where page_id = p.id order by rank))`);

const componentsJson =
  sql.raw(`(select json_group_array(json_array(id, v2_id, group_id, name, code, description, status,
  since, created_at, updated_at)) from (select * from components where page_id = p.id order by top_rank, rank, id))`);

const shownJson = sql.raw(`(select json_group_array(json_array(component_id, at, status, previous)) from
  (select * from shown_changes where page_id = p.id and at >= unixepoch(p.open_day) * 1000 - ${ZONES_MS} order by at))`);

const daysJson =
  sql.raw(`(select json_group_array(json_array(component_id, date, operational, under_maintenance,
  degraded_performance, partial_outage, major_outage)) from
  (select * from component_days where page_id = p.id and date >= date(p.open_day, '-${DAYS_SHOWN} days') order by date))`);

interface List {
  table: string;
  start: string;
  open: string;
}

const INCIDENTS: List = { table: 'incidents', start: 'started_at', open: "status <> 'resolved'" };
const WINDOWS: List = {
  table: 'maintenance_windows',
  start: 'starts_at',
  open: "status in ('scheduled', 'in_progress', 'verifying')",
};

function listed({ table, start, open }: List): SQL {
  return sql.raw(`select id, at from (
    select id, at from (select id, ${start} as at from ${table} where page_id = p.id order by ${start} desc, id desc limit ${LISTED})
    union select id, ${start} from ${table} where page_id = p.id and ${open})`);
}

function idsOf(list: List): SQL {
  return sql`(select json_group_array(id) from (${listed(list)} order by at desc, id desc))`;
}

/**
 * @param known a snapshot that `isReusable`: what it has is not read again
 * @param since touches after this revision are told; none when null
 * @returns null when the page is not there
 */
export async function loadPage(
  read: Database,
  pageId: string,
  known: PageSnapshot | null,
  since: number | null,
): Promise<PageRows | null> {
  const knownRevision = known?.revision ?? -1;
  const touched = (kind: string) =>
    sql`(select ref from touches where page_id = p.id and revision > ${knownRevision} and kind = ${kind})`;
  const fresh = (list: List, alias: string, kind: string, have: readonly { id: string }[], json: SQL) => {
    const [table, id] = [sql.raw(`${list.table} ${alias}`), sql.raw(`${alias}.id`)];
    return sql`(select json_group_array(${json}) from ${table} where ${id} in (select id from (${listed(list)}))
      and (${id} not ${inList(have.map((one) => one.id))} or ${id} in ${touched(kind)}))`;
  };
  const count = (list: List, kind: string, before: number | undefined) =>
    sql`case when ${knownRevision} >= 0 and not exists ${touched(kind)} then ${before ?? 0}
      else (select count(*) from ${sql.raw(list.table)} where page_id = p.id) end`;
  const [row] = await read.all<{
    rows: string;
  }>(sql`select json_object('page', ${pageJson}, 'groups', ${groupsJson},
    'components', ${componentsJson}, 'shown', ${shownJson},
    'closedDays', json(case when p.days_version = ${known?.daysVersion ?? -1} then 'null' else ${daysJson} end),
    'incidentIds', ${idsOf(INCIDENTS)}, 'windowIds', ${idsOf(WINDOWS)},
    'incidents', ${fresh(INCIDENTS, 'i', 'incident', known?.incidents ?? [], incidentJson)},
    'windows', ${fresh(WINDOWS, 'w', 'maintenance', known?.maintenance ?? [], windowJson)},
    'totals', json_object('incidents', ${count(INCIDENTS, 'incident', known?.totals.incidents)},
      'maintenance', ${count(WINDOWS, 'maintenance', known?.totals.maintenance)}),
    'firstAt', (select min(at) from (select min(started_at) as at from incidents where page_id = p.id
      union all select min(starts_at) from maintenance_windows where page_id = p.id)),
    'touches', (select json_group_array(json_object('kind', kind, 'ref', ref)) from touches
      where page_id = p.id and revision > ${since ?? Number.MAX_SAFE_INTEGER})
    ) as rows from pages p where p.id = ${pageId}`);
  return row ? (JSON.parse(row.rows) as PageRows) : null;
}
