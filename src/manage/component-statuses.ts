/** Statuses set by hand, of one component or of many. */
import { statement } from '../../db/statement.ts';
import { invalid } from '../domain/errors.ts';
import type { Said } from '../domain/input.ts';
import type { ComponentStatus } from '../domain/status.ts';
import type { Actor, Change, Manager, Outcome } from './command.ts';
import { type ComponentRecord, componentsQuestion } from './component-queries.ts';
import { changeKnowing } from './run-change.ts';
import { type Held, show } from './shown.ts';

const NOTE_SET = `insert into set_changes (at, component_id, status)
  select ?, json_extract(value, '$[0]'), json_extract(value, '$[1]') from json_each(?) where true
  on conflict (component_id, at) do update set status = excluded.status`;
const SET = `update components set set_status = json_extract(row.value, '$[1]')
  from json_each(?) as row where components.id = json_extract(row.value, '$[0]')`;

function heldAs({ id, name, status, heldBy }: ComponentRecord, set: ComponentStatus): Held {
  const claims = heldBy.filter(({ type }) => type === 'incident').map((holder) => holder.status);
  const inMaintenance = heldBy.some(({ type }) => type === 'maintenance');
  return { id, name, set, shown: status, claims, inMaintenance };
}

/** Sets statuses and what the components show by them. @returns the components as they are then */
export function setStatuses(
  unit: Change,
  records: readonly ComponentRecord[],
  statuses: ReadonlyMap<string, ComponentStatus>,
): ComponentRecord[] {
  const rows = JSON.stringify([...statuses]);
  unit.write(statement(NOTE_SET, unit.now, rows), statement(SET, rows));
  const set = (record: ComponentRecord) => statuses.get(record.id) ?? record.setStatus;
  const shown = show(
    unit,
    records.map((record) => heldAs(record, set(record))),
  );
  return records.map((record) => {
    const status = shown.get(record.id);
    const now = status === undefined ? {} : { status, statusSince: unit.now, updatedAt: unit.now };
    return { ...record, setStatus: set(record), ...now };
  });
}

/**
 * Sets the statuses of many components at once; those that have theirs already keep it untouched.
 *
 * @throws DomainError invalid for one that is not on the page
 */
export async function setComponentStatuses(
  manager: Manager,
  actor: Actor,
  pageId: string,
  list: Said,
): Promise<Outcome<null, ComponentRecord[]>> {
  const ids = list.map(({ id }) => id);
  const asked = { components: componentsQuestion(pageId, ids) };
  return changeKnowing(manager, actor, pageId, 'components.updated', asked, async (unit, known) => {
    const current = new Map(known.components.map((one) => [one.id, one.setStatus]));
    const missing = ids.findIndex((id) => !current.has(id));
    if (missing >= 0)
      throw invalid([missing, 'id'], `There is no component ${ids[missing]} on this page.`, 'not_found');
    const changed = new Map(
      list.filter(({ id, status }) => current.get(id) !== status).map(({ id, status }) => [id, status]),
    );
    return {
      value: null,
      after: changed.size > 0 ? setStatuses(unit, known.components, changed) : known.components,
      details: { components: list.slice(0, 50), count: list.length },
    };
  });
}
