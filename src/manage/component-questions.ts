/** What a change of components asks up front, and those that others name. */
import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { inList } from '../../db/json-list.ts';
import { type Question, question } from '../../db/question.ts';
import { components } from '../../db/schema.ts';
import { notOnPage } from '../domain/errors.ts';
import { slugOf } from '../domain/slug.ts';
import type { Change } from './command.ts';
import { FOLLOWERS_AT_ONCE } from './subscriber-steps.ts';

/**
 * The components of a page among these ids, by id.
 *
 * @param loc where the ids stand in the body; null passes over those that are not there
 * @throws DomainError invalid for one that is not there or foreign
 */
export async function componentsOn(
  tx: Database,
  pageId: string,
  ids: readonly string[],
  loc: 'components' | 'component_ids' | null,
): Promise<Map<string, { id: string; name: string }>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select({ id: components.id, name: components.name })
    .from(components)
    .where(and(eq(components.pageId, pageId), sql`${components.id} ${inList(ids)}`));
  const found = new Map(rows.map((row) => [row.id, row]));
  const missing = loc === null ? -1 : ids.findIndex((id) => !found.has(id));
  if (loc !== null && missing >= 0) throw notOnPage(ids, missing, loc);
  return found;
}

/** `componentsOn` the page of a change. @throws DomainError invalid for one that is not there or foreign */
export function namedComponents(
  unit: Change,
  ids: readonly string[],
  loc: 'components' | 'component_ids',
): Promise<Map<string, { id: string; name: string }>> {
  return componentsOn(unit.tx, unit.page.id, ids, loc);
}

/** Whether a component has this code; null when none has. */
export function codeHolder(pageId: string, code: string): Question<string | null> {
  return question(
    `select json_quote(id) as answer from components where page_id = ? and code = ?`,
    pageId,
    code,
  );
}

/** Codes that begin as that of a new component might: a long name leaves less room for its number. */
export function codesLike(pageId: string, name: string): Question<string[] | null> {
  const wanted = slugOf(name);
  const like = `${wanted === '' ? 'component-' : wanted.slice(0, 56)}%`;
  return question(
    'select json_group_array(code) as answer from components where page_id = ? and code like ?',
    pageId,
    like,
  );
}

export interface Room {
  count: number;
  /** The rank behind everything in the top level. */
  lastTop: number;
  /** The group that it is to belong to, with the rank of its last component. */
  group: { id: string; name: string; rank: number; last: number; upTo: number } | null;
}

const ROOM = `select json_object('count', (select count(*) from components where page_id = ?1),
  'lastTop', max(coalesce((select max(rank) from groups where page_id = ?1), 0),
    coalesce((select max(top_rank) from components where page_id = ?1), 0)),
  'group', (select json_object('id', g.id, 'name', g.name, 'rank', g.rank,
    'last', (select coalesce(max(rank), 0) from components where group_id = g.id),
    'upTo', (select count(*) from components where page_id = ?1 and top_rank <= g.rank))
    from groups g where g.id = ?2 and g.page_id = ?1)) as answer`;

/** What there is besides a component that is to come behind all others of its group, or of the page. */
export function roomFor(pageId: string, groupId: string | null): Question<Room> {
  const { statement, read } = question<Room>(ROOM, pageId, groupId);
  return { statement, read: (rows) => read(rows)! };
}

/** What is open and names a component. */
export interface Open {
  incidents: { id: string; at: number }[];
  windows: { id: string; at: number }[];
  /** How many subscribers follow it, of which it is counted up to `FOLLOWERS_AT_ONCE`. */
  followers: number;
}

const OPEN = `select json_object(
  'incidents', (select json_group_array(json_object('id', id, 'at', started_at)) from incidents
    where page_id = ?1 and status <> 'resolved' and id in (select incident_id from update_components where component_id = ?2)),
  'windows', (select json_group_array(json_object('id', id, 'at', starts_at)) from maintenance_windows
    where page_id = ?1 and status not in ('completed', 'cancelled')
      and id in (select window_id from window_components where component_id = ?2)),
  'followers', (select count(*) from (select 1 from subscriber_components where component_id = ?2 limit ?3))) as answer`;

/** What is open and names this component, and who follows it. */
export function openNaming(pageId: string, id: string): Question<Open> {
  const { statement, read } = question<Open>(OPEN, pageId, id, FOLLOWERS_AT_ONCE);
  return { statement, read: (rows) => read(rows)! };
}
