/** What components show, kept up to date with what holds them: now, and back in time where a change reaches back. */
import { ask, type Question, question } from '../../db/question.ts';
import { statement } from '../../db/statement.ts';
import { notOnPage } from '../domain/errors.ts';
import { shownStatus } from '../domain/rollup.ts';
import type { ComponentStatus } from '../domain/status.ts';
import type { Change } from './command.ts';
import { rewriteHistory } from './history.ts';
import { type Past, pastBesides } from './past.ts';

/** A component with all that holds it, but for the incident or window that the question excepts. */
export interface Held {
  id: string;
  name: string;
  set: ComponentStatus;
  shown: ComponentStatus;
  claims: ComponentStatus[];
  inMaintenance: boolean;
}

const NOTE_SHOWN = `insert into shown_changes (page_id, at, component_id, status, previous)
  select ?, ?, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') from json_each(?) where true
  on conflict (component_id, at) do update set status = excluded.status`;
const SHOW = `update components set status_since = ?, updated_at = ?, status = json_extract(row.value, '$[1]')
  from json_each(?) as row where components.id = json_extract(row.value, '$[0]')`;
const HELD = `select json_group_array(json_object('id', c.id, 'name', c.name, 'set', c.set_status, 'shown', c.status,
    'claims', (select json_group_array(cl.status) from claims cl where cl.component_id = c.id and cl.incident_id <> ?3),
    'inMaintenance', json(iif(exists (select 1 from window_components wc join maintenance_windows w on w.id = wc.window_id
      where wc.component_id = c.id and w.id <> ?3 and w.status in ('in_progress', 'verifying')), 'true', 'false')))) as answer
  from components c where c.page_id = ?1 and c.id in (select value from json_each(?2)
    union select component_id from update_components where incident_id = ?3
    union select component_id from window_components where window_id = ?3)`;

/**
 * Components of a page by id, and those that an incident or a window names, without what that holds them by. An id that is
 * not there has no answer.
 */
export function heldBesides(pageId: string, ids: readonly string[], subjectId = ''): Question<Held[]> {
  const { statement, read } = question<Held[]>(HELD, pageId, JSON.stringify(ids), subjectId);
  return { statement, read: (rows) => read(rows)! };
}

/**
 * The components that are named, of those that are held, by id.
 *
 * @param loc where the ids stand in the body
 * @throws DomainError invalid for one that is not on the page
 */
export function namedAmong(
  held: readonly Held[],
  ids: readonly string[],
  loc: 'components' | 'component_ids',
): ReadonlyMap<string, Held> {
  const found = new Map(held.map((one) => [one.id, one]));
  const missing = ids.findIndex((id) => !found.has(id));
  if (missing >= 0) throw notOnPage(ids, missing, loc);
  return found;
}

/** Brings what these components show in line with what holds them. @returns those that show something else now */
export function show(change: Change, held: readonly Held[]): Map<string, ComponentStatus> {
  const changed = held
    .map((one) => ({ ...one, next: shownStatus(one.set, one.claims, one.inMaintenance) }))
    .filter(({ next, shown }) => next !== shown);
  if (changed.length > 0) {
    change.visible();
    const rows = JSON.stringify(changed.map(({ id, next, shown }) => [id, next, shown]));
    change.write(
      statement(NOTE_SHOWN, change.page.id, change.now, rows),
      statement(SHOW, change.now, change.now, rows),
    );
  }
  return new Map(changed.map(({ id, next }) => [id, next]));
}

/**
 * Brings what these components show in line with what holds them, now and since `from` (ms), and the closed days that it
 * touches (contract, section 7).
 *
 * @param past with all that held them, as it is to be
 * @returns what each of them shows now
 */
export function showSince(
  change: Change,
  held: readonly Held[],
  past: Past,
  from: number,
): Map<string, ComponentStatus> {
  if (held.length === 0) return new Map();
  const ids = held.map(({ id }) => id);
  const rewritten = rewriteHistory(change, past, ids, from);
  const now = held.map((one) => ({ ...one, shown: rewritten.get(one.id)! }));
  return new Map([...rewritten, ...show(change, now)]);
}

/** Brings what these components show in line with the rows as they are now, since `from` (ms). */
export async function refreshShown(
  change: Change,
  componentIds: readonly string[],
  from: number,
): Promise<void> {
  if (componentIds.length === 0) return;
  await change.flush();
  const pageId = change.page.id;
  const asked = { held: heldBesides(pageId, componentIds), past: pastBesides(pageId, componentIds, from) };
  const { held, past } = await ask(change.tx.$client, asked);
  if (from < change.now) showSince(change, held, past, from);
  else show(change, held);
  await change.flush();
}
