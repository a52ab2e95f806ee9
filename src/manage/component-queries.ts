/** Groups and components for whoever manages a page: straight from the rows, always within one page. */
import { count, eq, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { ask, type Question, question } from '../../db/question.ts';
import { groups } from '../../db/schema.ts';
import { statement } from '../../db/statement.ts';
import { notFound } from '../domain/errors.ts';
import type { ComponentStatus } from '../domain/status.ts';
import type { Listed, Slice } from './queries.ts';

export interface GroupRecord {
  id: string;
  v2Id: string;
  name: string;
  /** Place in the top level, from 1. */
  position: number;
  createdAt: number;
  updatedAt: number;
}

// Spelled out: of a single table drizzle prints `id` alone, which is another one's inside of the inner query.
const POSITION = `1 + (select count(*) from groups g where g.page_id = groups.page_id and (g.rank, g.id) < (groups.rank, groups.id))
  + (select count(*) from components c where c.page_id = groups.page_id and c.group_id is null and c.top_rank < groups.rank)`;
const groupColumns = {
  id: groups.id,
  v2Id: groups.v2Id,
  name: groups.name,
  position: sql.raw(POSITION) as SQL<number>,
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

const GROUP = `select json_object('id', id, 'v2Id', v2_id, 'name', name, 'position', ${POSITION},
  'createdAt', created_at, 'updatedAt', updated_at) as answer from groups where page_id = ? and id = ?`;

/** Its reading throws DomainError not_found. */
export function groupQuestion(pageId: string, id: string): Question<GroupRecord> {
  const { statement, read } = question<GroupRecord>(GROUP, pageId, id);
  return {
    statement,
    read(rows) {
      const found = read(rows);
      if (!found) throw notFound('Group');
      return found;
    },
  };
}

/** @throws DomainError not_found */
export async function getGroup(read: Database, pageId: string, id: string): Promise<GroupRecord> {
  return (await ask(read.$client, { group: groupQuestion(pageId, id) })).group;
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
