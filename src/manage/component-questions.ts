/** What a change of components asks up front, and those that others name. */
import type { Database } from '../../db/client.ts';
import { ask, type Question, question } from '../../db/question.ts';
import { notOnPage } from '../domain/errors.ts';
import { slugOf } from '../domain/slug.ts';
import { FOLLOWERS_AT_ONCE } from './subscriber-steps.ts';

const NAMED = `select json_group_array(id) as answer from (select id from components
  where page_id = ? and id in (select value from json_each(?)) order by top_rank, rank, id)`;

/** Those of the ids that are components of a page, in display order; nothing to ask where none is named. */
export function namedQuestion(
  pageId: string,
  ids: readonly string[] | null = null,
): Question<string[]> | undefined {
  if (ids === null || ids.length === 0) return undefined;
  const { statement, read } = question<string[]>(NAMED, pageId, JSON.stringify(ids));
  return { statement, read: (rows) => read(rows)! };
}

/**
 * @param found what `namedQuestion` answered
 * @param loc where the ids stand in the body
 * @throws DomainError invalid for one that is not there or foreign
 */
export function assertNamed(
  found: readonly string[],
  ids: readonly string[],
  loc: 'components' | 'component_ids',
): void {
  const there = new Set(found);
  const missing = ids.findIndex((id) => !there.has(id));
  if (missing >= 0) throw notOnPage(ids, missing, loc);
}

/**
 * The components of a page among these ids, in display order.
 *
 * @param loc where the ids stand in the body; null passes over those that are not there
 * @throws DomainError invalid for one that is not there or foreign
 */
export async function componentsOn(
  tx: Database,
  pageId: string,
  ids: readonly string[],
  loc: 'component_ids' | null,
): Promise<string[]> {
  const { named = [] } = await ask(tx.$client, { named: namedQuestion(pageId, ids) });
  if (loc !== null) assertNamed(named, ids, loc);
  return named;
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
