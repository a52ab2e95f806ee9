/** Where a maintenance window stands: its row, its components, and the steps that the clock takes. */
import { eq } from 'drizzle-orm';
import { type Question, question } from '../../db/question.ts';
import { maintenanceWindows as windows } from '../../db/schema.ts';
import { changesOf, rowReader, statement } from '../../db/statement.ts';
import { windowText } from '../../db/told.ts';
import { notFound } from '../domain/errors.ts';
import { newId, newV2Id } from '../domain/ids.ts';
import { afterStep, dueSteps, type Step } from '../domain/maintenance.ts';
import type { MaintenanceWindow } from '../domain/records.ts';
import type { ComponentStatus, MaintenanceStatus } from '../domain/status.ts';
import type { Change } from './command.ts';
import { type Past, type PastRow, pastFrom, pastOf, pastText, reachArgs, withWindow } from './past.ts';
import { type Held, heldBesides, show, showSince } from './shown.ts';

type WindowUpdate = MaintenanceWindow['updates'][number];
export type WindowRow = typeof windows.$inferSelect;

/** What people hear when the clock takes a step. */
const EVENT_OF: Record<Step['to'], string | null> = {
  in_progress: 'maintenance.started',
  completed: 'maintenance.completed',
  overrunning: null,
};

/** A window with all that decides about it: its components that are still there, and its updates, newest first. */
export interface WindowStanding {
  row: WindowRow;
  components: MaintenanceWindow['components'];
  updates: WindowUpdate[];
  /** The components that it names, or is to name, without what it holds them by. */
  held: readonly Held[];
  /** What else held them, where the change may reach back. */
  past: Past | null;
}

const windowReader = rowReader(windows);
const askingFor = (past: string) => `select json_object('row', ${windowReader.json}, 'told', ${windowText},
  'past', ${past}) as answer from maintenance_windows w where w.id = ?2 and w.page_id = ?1`;
const WINDOW = {
  never: askingFor('null'),
  always: askingFor(`json(iif(w.started_at is not null, ${pastText}, 'null'))`),
};

/**
 * What a change of a window has to know. The reading throws DomainError not_found.
 *
 * @param ids components that it is to name
 * @param reach whether the past has to be known, of one that has started: from then on
 */
export function windowStanding(
  pageId: string,
  id: string,
  { ids = [], reach = 'never' }: { ids?: readonly string[]; reach?: keyof typeof WINDOW } = {},
) {
  const args = [pageId, id, ...reachArgs(ids, reach)];
  const window = question<{ row: unknown; told: MaintenanceWindow; past: PastRow | null }>(
    WINDOW[reach],
    ...args,
  );
  return {
    window: {
      statement: window.statement,
      read(rows) {
        const found = window.read(rows);
        if (!found) throw notFound('Maintenance');
        const { components, updates } = found.told;
        const past = found.past && pastFrom(found.past);
        return { row: windowReader.from(found.row), components, updates, past };
      },
    } satisfies Question<Omit<WindowStanding, 'held'>>,
    held: heldBesides(pageId, ids, id),
  };
}

/** The window as a read would tell it. */
export function toldWindow({ row, components, updates }: WindowStanding): MaintenanceWindow {
  const { pageId, remindedAt, notify, ...told } = row;
  return { ...told, components, updates };
}

/** Ids of the components that it names and that are still there, in its order. */
export function idsIn({ components, held }: WindowStanding): string[] {
  const there = new Set(held.map(({ id }) => id));
  return components.map(({ id }) => id).filter((id) => there.has(id));
}

/** The window with another row, written with the next flush. */
export function withRow(unit: Change, standing: WindowStanding, row: WindowRow): WindowStanding {
  const after = { ...row, updatedAt: unit.now };
  const changed = { ...changesOf(standing.row, after), updatedAt: unit.now };
  unit.write(unit.tx.update(windows).set(changed).where(eq(windows.id, row.id)));
  return { ...standing, row: after };
}

const UPDATE = `insert into maintenance_updates (id, v2_id, window_id, status, body, created_at) values (?, ?, ?, ?, ?, ?)`;

/** An update, written with the next flush. @returns it as it will be told */
export function writeWindowUpdate(
  unit: Change,
  windowId: string,
  update: { status: MaintenanceStatus; body: string; at: number; v2Id?: string | undefined },
): WindowUpdate {
  const { status, body, at, v2Id = newV2Id() } = update;
  const id = newId();
  unit.write(statement(UPDATE, id, v2Id, windowId, status, body, at));
  return { id, v2Id, status, body, createdAt: at, editedAt: null };
}

/** The window told with one more update. */
export function withUpdate(standing: WindowStanding, update: WindowUpdate): WindowStanding {
  const updates = [update, ...standing.updates].sort(
    (a, b) => b.createdAt - a.createdAt || (b.id < a.id ? -1 : 1),
  );
  return { ...standing, updates };
}

const NAME = `insert into window_components (window_id, component_id, name, place)
  select ?1, json_extract(value, '$[0]'), json_extract(value, '$[1]'), key from json_each(?2)`;
const UNNAME = 'delete from window_components where window_id = ?';

/** The components of a window, written with the next flush. */
export function writeComponents(
  unit: Change,
  windowId: string,
  components: readonly { id: string; name: string }[],
): void {
  const rows = JSON.stringify(components.map(({ id, name }) => [id, name]));
  unit.write(statement(UNNAME, windowId), statement(NAME, windowId, rows));
}

export function touch(unit: Change, row: WindowRow): void {
  unit.touch('maintenance', row.id);
  unit.touchMonthOf(row.startsAt);
}

const MINUTE_MS = 60_000;

/** Who is told of a plan less than the reminder's time before its start is not reminded of it as well. */
export function remindedBy(
  startsAt: number,
  minutesBefore: number | null | undefined,
  now: number,
): number | null {
  return minutesBefore && startsAt - minutesBefore * MINUTE_MS <= now ? now : null;
}

/** What the notifier needs to tell of a window: the rest is in the rows. */
export function tell(unit: Change, event: string, standing: WindowStanding, updateId: string | null): void {
  unit.emit(event, standing.row.id, { update_id: updateId, component_ids: idsIn(standing) });
}

/** Brings what its components show in line with the window as it is now; with `from` in the past since then. */
export async function holdBy(
  unit: Change,
  standing: WindowStanding,
  from = unit.now,
): Promise<WindowStanding> {
  const ids = idsIn(standing);
  return from < unit.now
    ? holdSince(unit, standing, ids, from)
    : withShown(standing, show(unit, heldNow(standing, ids)));
}

/** These components, with what the window holds them by. */
function heldNow(standing: WindowStanding, ids: readonly string[]): Held[] {
  const { status } = standing.row;
  const runs = status === 'in_progress' || status === 'verifying';
  const named = new Set(standing.components.map(({ id }) => id));
  return standing.held
    .filter(({ id }) => ids.includes(id))
    .map((one) => ({ ...one, inMaintenance: one.inMaintenance || (runs && named.has(one.id)) }));
}

function withShown(standing: WindowStanding, shown: ReadonlyMap<string, ComponentStatus>): WindowStanding {
  const held = standing.held.map((one) => ({ ...one, shown: shown.get(one.id) ?? one.shown }));
  return { ...standing, held };
}

/** Brings what these components show in line with the window as it is now, since `from`. */
export async function holdSince(
  unit: Change,
  standing: WindowStanding,
  ids: readonly string[],
  from: number,
): Promise<WindowStanding> {
  const { row } = standing;
  const past = await pastOf(unit, standing.past, ids, from, row.id);
  const shown = showSince(
    unit,
    heldNow(standing, ids),
    withWindow(
      past,
      row,
      standing.components.map(({ id }) => id),
    ),
    from,
  );
  return withShown(standing, shown);
}

/**
 * Takes the steps that the clock has taken. A start found late counts from the moment it was due; start and end both
 * missed send one message.
 */
export async function takeSteps(
  unit: Change,
  before: WindowStanding,
  quiet: boolean,
): Promise<WindowStanding> {
  const steps = dueSteps(before.row, unit.now);
  const last = steps.at(-1);
  if (!last) return before;
  let standing = before;
  let row = before.row;
  let lastUpdate: string | null = null;
  for (const step of steps) {
    row = afterStep(row, step);
    if (step.to === 'overrunning') continue;
    const update = writeWindowUpdate(unit, row.id, { status: step.to, body: '', at: step.at });
    standing = withUpdate(standing, update);
    lastUpdate = update.id;
  }
  standing = withRow(unit, standing, row);
  touch(unit, row);
  standing = await holdBy(unit, standing, steps[0]!.at);
  // A missed start of a window that now overruns is still news.
  const event = steps.map(({ to }) => EVENT_OF[to]).findLast((one) => one !== null);
  if (event && row.notify && !quiet) tell(unit, event, standing, lastUpdate);
  return standing;
}
