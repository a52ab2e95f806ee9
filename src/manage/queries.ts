/** Reads for whoever manages a page: straight from the rows, always within the actor's organization and pages. */
import { and, count, eq, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { ask, type Question, question } from '../../db/question.ts';
import { groups, pages } from '../../db/schema.ts';
import { statement } from '../../db/statement.ts';
import {
  incidentFrom,
  incidentOf,
  incidentText,
  selectIncidents,
  selectWindows,
  windowOf,
  windowText,
} from '../../db/told.ts';
import { notFound } from '../domain/errors.ts';
import { isId } from '../domain/ids.ts';
import type { Incident, MaintenanceWindow } from '../domain/records.ts';
import type { ComponentStatus, IncidentStatus, MaintenanceStatus } from '../domain/status.ts';
import { type Actor, ownedBy, type PageRow } from './command.ts';

export interface Slice {
  limit: number;
  offset: number;
}

export interface Listed<T> {
  total: number;
  items: T[];
}

/** A page by id or slug. @throws DomainError not_found */
export async function findPage(read: Database, actor: Actor, ref: string): Promise<PageRow> {
  const byRef = isId(ref) ? eq(pages.id, ref.toLowerCase()) : eq(pages.slug, ref);
  const [row] = await read
    .select()
    .from(pages)
    .where(and(byRef, ownedBy(actor)));
  if (!row) throw notFound('Page');
  return row;
}

/** The pages of the actor, in the order of their making. */
export async function listPages(read: Database, actor: Actor, slice: Slice): Promise<Listed<PageRow>> {
  const [[total], items] = await read.batch([
    read.select({ n: count() }).from(pages).where(ownedBy(actor)),
    read.select().from(pages).where(ownedBy(actor)).orderBy(pages.id).limit(slice.limit).offset(slice.offset),
  ]);
  return { total: total!.n, items };
}

export interface GroupRecord {
  id: string;
  v2Id: string;
  name: string;
  /** Place in the top level, from 1. */
  position: number;
  createdAt: number;
  updatedAt: number;
}

const groupColumns = {
  id: groups.id,
  v2Id: groups.v2Id,
  name: groups.name,
  // Spelled out: of a single table drizzle prints `id` alone, which is another one's inside of the inner query.
  position: sql<number>`1 + (select count(*) from groups g where g.page_id = groups.page_id and (g.rank, g.id) < (groups.rank, groups.id))
    + (select count(*) from components c where c.page_id = groups.page_id and c.group_id is null and c.top_rank < groups.rank)`,
  createdAt: groups.createdAt,
  updatedAt: groups.updatedAt,
};

export async function listGroups(read: Database, pageId: string, slice: Slice): Promise<Listed<GroupRecord>> {
  const ofPage = eq(groups.pageId, pageId);
  const [[total], items] = await read.batch([
    read.select({ n: count() }).from(groups).where(ofPage),
    read
      .select(groupColumns)
      .from(groups)
      .where(ofPage)
      .orderBy(groups.rank, groups.id)
      .limit(slice.limit)
      .offset(slice.offset),
  ]);
  return { total: total!.n, items };
}

/** @throws DomainError not_found */
export async function getGroup(read: Database, pageId: string, id: string): Promise<GroupRecord> {
  const [row] = await read
    .select(groupColumns)
    .from(groups)
    .where(and(eq(groups.pageId, pageId), eq(groups.id, id)));
  if (!row) throw notFound('Group');
  return row;
}

export interface Holder {
  type: 'incident' | 'maintenance';
  id: string;
  title: string;
  status: ComponentStatus;
}

export interface ComponentRecord {
  id: string;
  v2Id: string;
  name: string;
  code: string;
  description: string | null;
  status: ComponentStatus;
  statusSince: number;
  setStatus: ComponentStatus;
  /** Place in the flat list, from 1. */
  position: number;
  group: { id: string; name: string } | null;
  heldBy: Holder[];
  createdAt: number;
  updatedAt: number;
}

const componentJson = (
  position: string,
) => `json_object('id', c.id, 'v2Id', c.v2_id, 'name', c.name, 'code', c.code,
  'description', c.description, 'status', c.status, 'statusSince', c.status_since, 'setStatus', c.set_status,
  'position', ${position}, 'createdAt', c.created_at, 'updatedAt', c.updated_at,
  'group', (select json_object('id', g.id, 'name', g.name) from groups g where g.id = c.group_id),
  'heldBy', (select json_group_array(json_object('type', type, 'id', id, 'title', title, 'status', status)) from (
    select 'incident' as type, i.id, i.title, cl.status
      from claims cl join incidents i on i.id = cl.incident_id where cl.component_id = c.id
    union all select 'maintenance', w.id, w.title, 'under_maintenance'
      from window_components wc join maintenance_windows w on w.id = wc.window_id
      where wc.component_id = c.id and w.status in ('in_progress', 'verifying'))))`;

/** The components of a page, each with its place in the flat list. */
const PLACED = `(select *, row_number() over (order by top_rank, rank, id) as place from components where page_id = ?1)`;
const SOME = `select ${componentJson('c.place')} as component from ${PLACED} c`;
const NAMED = `${SOME} where id in (select value from json_each(?2)) order by place`;
const ONE = `select ${componentJson(`(select count(*) from components o where o.page_id = c.page_id
  and (o.top_rank, o.rank, o.id) <= (c.top_rank, c.rank, c.id))`)} as component from components c where c.page_id = ?1 and c.id = ?2`;

function componentsIn({ rows }: { rows: { [column: string]: unknown }[] }): ComponentRecord[] {
  return rows.map((row) => JSON.parse(row.component as string) as ComponentRecord);
}

/** Components in display order, `status` is what they show. */
export async function listComponents(
  read: Database,
  pageId: string,
  status: ComponentStatus | null,
  slice: Slice,
): Promise<Listed<ComponentRecord>> {
  const filter = '(?2 is null or status = ?2)';
  const [total, items] = await read.$client.batch([
    statement(`select count(*) as n from components where page_id = ?1 and ${filter}`, pageId, status),
    statement(
      `${SOME} where ${filter} order by place limit ?3 offset ?4`,
      pageId,
      status,
      slice.limit,
      slice.offset,
    ),
  ]);
  return { total: total!.rows[0]!.n as number, items: componentsIn(items!) };
}

/** Its reading throws DomainError not_found. */
export function componentQuestion(pageId: string, id: string): Question<ComponentRecord> {
  return {
    statement: statement(ONE, pageId, id),
    read(rows) {
      const [found] = componentsIn({ rows });
      if (!found) throw notFound('Component');
      return found;
    },
  };
}

/** @throws DomainError not_found */
export async function getComponent(read: Database, pageId: string, id: string): Promise<ComponentRecord> {
  return (await ask(read.$client, { component: componentQuestion(pageId, id) })).component;
}

/** Some components, in display order. */
export function componentsQuestion(pageId: string, ids: readonly string[]): Question<ComponentRecord[]> {
  return {
    statement: statement(NAMED, pageId, JSON.stringify(ids)),
    read: (rows) => componentsIn({ rows }),
  };
}

/** Some components, in display order. */
export async function getComponents(
  read: Database,
  pageId: string,
  ids: readonly string[],
): Promise<ComponentRecord[]> {
  return (await ask(read.$client, { components: componentsQuestion(pageId, ids) })).components;
}

async function total(read: Database, from: ReturnType<typeof sql>): Promise<number> {
  const [row] = await read.all<{ n: number }>(sql`select count(*) as n from ${from}`);
  return row!.n;
}

const INCIDENT = `select ${incidentText} as answer from incidents i where i.id = ? and i.page_id = ?`;
const WINDOW = `select ${windowText} as answer from maintenance_windows w where w.id = ? and w.page_id = ?`;

/** Incidents, newest start first; `active` are those not resolved. */
export async function listIncidents(
  read: Database,
  pageId: string,
  status: IncidentStatus | 'active' | null,
  slice: Slice,
): Promise<Listed<Incident>> {
  const filter =
    status === null
      ? sql``
      : status === 'active'
        ? sql`and status <> 'resolved'`
        : sql`and status = ${status}`;
  const which = sql`page_id = ${pageId} ${filter}`;
  const rows = await selectIncidents(read, {
    where: which,
    order: sql`order by started_at desc, id desc limit ${slice.limit} offset ${slice.offset}`,
  });
  return { total: await total(read, sql`incidents where ${which}`), items: rows.map(incidentOf) };
}

/** @throws DomainError not_found */
export async function getIncident(read: Database, pageId: string, id: string): Promise<Incident> {
  const { incident } = await ask(read.$client, { incident: question<Incident>(INCIDENT, id, pageId) });
  if (!incident) throw notFound('Incident');
  return incidentFrom(incident);
}

/** Windows, latest start first; `upcoming` are planned, `active` are in progress. */
export async function listMaintenance(
  read: Database,
  pageId: string,
  status: MaintenanceStatus | 'upcoming' | 'active' | null,
  slice: Slice,
): Promise<Listed<MaintenanceWindow>> {
  const filter =
    status === null
      ? sql``
      : status === 'upcoming'
        ? sql`and status = 'scheduled'`
        : status === 'active'
          ? sql`and status in ('in_progress', 'verifying')`
          : sql`and status = ${status}`;
  const which = sql`page_id = ${pageId} ${filter}`;
  const rows = await selectWindows(read, {
    where: which,
    order: sql`order by starts_at desc, id desc limit ${slice.limit} offset ${slice.offset}`,
  });
  return { total: await total(read, sql`maintenance_windows where ${which}`), items: rows.map(windowOf) };
}

/** @throws DomainError not_found */
export async function getMaintenance(read: Database, pageId: string, id: string): Promise<MaintenanceWindow> {
  const { window } = await ask(read.$client, { window: question<MaintenanceWindow>(WINDOW, id, pageId) });
  if (!window) throw notFound('Maintenance');
  return window;
}

/** The page behind a root: by slug, also one that it left; by routed domain, or the default one. */
export async function pageOfRoot(
  read: Database,
  root: { kind: 'default' } | { kind: 'slug'; slug: string } | { kind: 'domain'; domain: string },
): Promise<{ id: string; slug: string } | null> {
  const which =
    root.kind === 'slug'
      ? sql`slug = ${root.slug} or id = (select page_id from resting_slugs where slug = ${root.slug})
          order by slug = ${root.slug} desc limit 1`
      : root.kind === 'domain'
        ? sql`domain = ${root.domain} and domain_routed_at is not null`
        : sql`id = (select value from settings where key = 'default_page')`;
  const [row] = await read.all<{ id: string; slug: string }>(sql`select id, slug from pages where ${which}`);
  return row ?? null;
}

/**
 * All names under which pages are reached besides their slug: `_default` and routed domains, each with its slug, as one
 * text. It is asked for each second: thousands of rows would take the driver some ten milliseconds.
 */
export async function hostsText(read: Database): Promise<string> {
  const [row] = await read.all<{
    hosts: string;
  }>(sql`select json_group_array(json_array(name, slug)) as hosts from (
    select '_default' as name, slug from pages where id = (select value from settings where key = 'default_page')
    union all select domain, slug from pages where domain is not null and domain_routed_at is not null)`);
  return row!.hosts;
}

/** Slugs by name, of such a text. */
export function hostsIn(text: string): Map<string, string> {
  return new Map(JSON.parse(text) as [string, string][]);
}
