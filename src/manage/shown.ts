/** What components show, kept up to date with what holds them: now, and back in time where a change reaches back. */
import { statement } from '../../db/statement.ts';
import { shownStatus } from '../domain/rollup.ts';
import type { ComponentStatus } from '../domain/status.ts';
import type { Change } from './command.ts';
import { recomputeHistory } from './history.ts';

interface Held {
  id: string;
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
const HELD = `select json_group_array(json_object('id', c.id, 'set', c.set_status, 'shown', c.status,
    'claims', (select json_group_array(cl.status) from claims cl where cl.component_id = c.id),
    'inMaintenance', json(iif(exists (select 1 from window_components wc join maintenance_windows w on w.id = wc.window_id
      where wc.component_id = c.id and w.status in ('in_progress', 'verifying')), 'true', 'false')))) as held
  from components c where c.id in (select value from json_each(?))`;

/**
 * Brings what these components show in line with the rows as they are now. With `from` in the past, also what they
 * showed since then, and the closed days that it touches (contract, section 7).
 */
export async function refreshShown(
  change: Change,
  componentIds: readonly string[],
  from = change.now,
): Promise<void> {
  if (componentIds.length === 0) return;
  await change.flush();
  if (from < change.now) await recomputeHistory(change, componentIds, from);
  const held = await heldNow(change, componentIds);
  const changed = held
    .map((one) => ({ ...one, next: shownStatus(one.set, one.claims, one.inMaintenance) }))
    .filter(({ next, shown }) => next !== shown);
  if (changed.length === 0) return;
  change.visible();
  const rows = JSON.stringify(changed.map(({ id, next, shown }) => [id, next, shown]));
  change.write(
    statement(NOTE_SHOWN, change.page.id, change.now, rows),
    statement(SHOW, change.now, change.now, rows),
  );
  await change.flush();
}

async function heldNow(change: Change, ids: readonly string[]): Promise<Held[]> {
  const { rows } = await change.tx.$client.execute(statement(HELD, JSON.stringify(ids)));
  return JSON.parse(rows[0]!.held as string) as Held[];
}
