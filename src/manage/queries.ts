/** Reads for whoever manages a page: straight from the rows, always within the actor's organization and pages. */
import { and, count, eq, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { ask, question } from '../../db/question.ts';
import { pages } from '../../db/schema.ts';
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
import type { IncidentStatus, MaintenanceStatus } from '../domain/status.ts';
import type { Actor, PageRow } from './command.ts';
import { ownedBy } from './run-change.ts';

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

/** What a name leads to: a page, and the slug that it has now. */
export interface NamedPage {
  slug: string;
  pageId: string;
}

/**
 * All names under which pages are reached besides their slug: `_default` and routed domains, each with its page, as one
 * text. It is asked for each second: thousands of rows would take the driver some ten milliseconds.
 */
export async function hostsText(read: Database): Promise<string> {
  const [row] = await read.all<{
    hosts: string;
  }>(sql`select json_group_array(json_array(name, slug, id)) as hosts from (
    select '_default' as name, slug, id from pages where id = (select value from settings where key = 'default_page')
    union all select domain, slug, id from pages where domain is not null and domain_routed_at is not null)`);
  return row!.hosts;
}

/** Pages by name, of such a text. */
export function hostsIn(text: string): Map<string, NamedPage> {
  const rows = JSON.parse(text) as [string, string, string][];
  return new Map(rows.map(([name, slug, pageId]) => [name, { slug, pageId }]));
}
