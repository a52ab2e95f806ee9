/**
 * Subscribers from a file. What holds here:
 *
 * 1. Some hundred lines are one change, whole or not at all; between them others get their turn.
 * 2. Every line is reported. To import a file again changes nothing.
 * 3. Who unsubscribed or was erased is not brought back.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { Database } from '../../db/client.ts';
import { statement } from '../../db/statement.ts';
import { emailKey, isEmailAddress } from '../domain/email-address.ts';
import { newId } from '../domain/ids.ts';
import type { Actor, Manager } from './command.ts';
import { change } from './run-change.ts';
import { type ComponentNames, componentNames } from './subscriber-choices.ts';
import { type CsvLine, subscriberLines } from './subscriber-lines.ts';
import { erasureHash } from './subscribers.ts';

/** Some milliseconds of the driver's, which holds everybody up. */
const LINES_AT_ONCE = 200;

export const IMPORT_RESULTS = ['added', 'updated', 'unchanged', 'refused'] as const;
export const REFUSALS = [
  ...['malformed', 'not_an_address', 'duplicate', 'unknown_component'],
  ...['unsubscribed', 'erased', 'suppressed'],
] as const;

export interface ImportedLine {
  /** In the file, from 1. */
  line: number;
  email: string;
  result: (typeof IMPORT_RESULTS)[number];
  /** Why it was refused. */
  reason: (typeof REFUSALS)[number] | null;
  /** The component that is not there, or the line that the address stands on already. */
  detail: string | null;
}

export interface ImportSummary {
  added: number;
  updated: number;
  unchanged: number;
  refused: number;
  /** The line behind the last one that was worked on; null when all were. */
  stoppedAtLine: number | null;
  /** The page's revision, which stays; null of a file without lines. */
  revision: number | null;
}

/** A line that may be taken, with what it asks for. */
interface Wish {
  report: ImportedLine;
  key: string;
  /** Null: what they follow stays, the whole page for who is new. */
  componentIds: string[] | null;
  /** False of one who left where the file comes from. */
  active: boolean;
}

/**
 * Imports `email,components`: active subscribers, for whose consent the customer answers; a `status` of `unsubscribed`
 * keeps one out. Components are ids, codes or names, parted by semicolons; none is the whole page.
 *
 * @param csv a file in UTF-8
 * @param told called after each change with its lines, in the order of the file
 * @throws DomainError not_found (page), invalid (no header); what fails later ends the import, with the summary saying where
 */
export async function importSubscribers(
  manager: Manager,
  actor: Actor,
  pageId: string,
  csv: string,
  told: (lines: ImportedLine[]) => unknown = () => {},
): Promise<ImportSummary> {
  const summary: ImportSummary = {
    ...{ added: 0, updated: 0, unchanged: 0, refused: 0 },
    ...{ stoppedAtLine: null, revision: null },
  };
  const names = await componentNames(manager.store.read, pageId);
  const seen = new Map<string, number>();
  let begun = false;
  for (const chunk of chunksOf(subscriberLines(csv))) {
    const wishes: Wish[] = [];
    const reports = chunk.map((line) => {
      const wish = wishOf(line, names, seen);
      if ('key' in wish) wishes.push(wish);
      return 'key' in wish ? wish.report : wish;
    });
    try {
      summary.revision = await importChunk(manager, actor, pageId, wishes, reports);
    } catch (error) {
      if (!begun) throw error;
      summary.stoppedAtLine = chunk[0]!.number;
      return summary;
    }
    begun = true;
    for (const { result } of reports) summary[result]++;
    await told(reports);
    // The driver answers at once: others get their turn here.
    await turn();
  }
  return summary;
}

function* chunksOf(lines: Iterable<CsvLine>): Generator<CsvLine[]> {
  let chunk: CsvLine[] = [];
  for (const line of lines) {
    chunk.push(line);
    if (chunk.length === LINES_AT_ONCE) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

/** What a line asks for, or why not. `seen` holds the addresses of the file so far. */
function wishOf(
  { number, cells }: CsvLine,
  names: ComponentNames,
  seen: Map<string, number>,
): Wish | ImportedLine {
  const email = (cells?.email ?? '').slice(0, 254);
  const report: ImportedLine = { line: number, email, result: 'added', reason: null, detail: null };
  const refuse = (reason: ImportedLine['reason'], detail: string | null = null) =>
    Object.assign(report, { result: 'refused', reason, detail });
  if (!cells) return refuse('malformed');
  if (!isEmailAddress(cells.email)) return refuse('not_an_address');
  const key = emailKey(cells.email);
  const before = seen.get(key);
  if (before !== undefined) return refuse('duplicate', String(before));
  seen.set(key, number);
  const { found, missing } = names.read(cells.components ?? '');
  if (missing !== null) return refuse('unknown_component', missing.slice(0, 200));
  const status = cells.status?.toLowerCase();
  if (status === 'suppressed') return refuse('suppressed');
  return {
    report,
    key,
    componentIds: cells.components === null ? null : found,
    active: status !== 'unsubscribed',
  };
}

interface Known {
  id: string;
  status: 'active' | 'unsubscribed';
  suppressed: 0 | 1;
  whole_page: 0 | 1;
  components: string[];
}

async function importChunk(
  manager: Manager,
  actor: Actor,
  pageId: string,
  wishes: readonly Wish[],
  reports: readonly ImportedLine[],
): Promise<number> {
  const { revision } = await change(manager, actor, pageId, 'subscriber.imported', async (unit) => {
    const known = await knownAmong(unit.tx, pageId, wishes);
    const hashes = new Map(wishes.map(({ key }) => [key, erasureHash(manager.secrets, pageId, key)]));
    const erased = await erasedAmong(unit.tx, pageId, [...hashes.values()]);
    const added: unknown[][] = [];
    const changed: unknown[][] = [];
    const choices: [string, string][] = [];
    for (const { report, key, componentIds, active } of wishes) {
      const row = known.get(key);
      const refused = refusalOf(row, erased.has(hashes.get(key)!), active);
      if (refused) {
        Object.assign(report, { result: 'refused', reason: refused });
        continue;
      }
      const whole = componentIds === null ? null : componentIds.length === 0;
      if (!row) {
        const id = newId();
        added.push([id, report.email, key, active ? 'active' : 'unsubscribed', whole === false ? 0 : 1]);
        for (const componentId of componentIds ?? []) choices.push([id, componentId]);
      } else if (differs(row, componentIds, active)) {
        report.result = 'updated';
        const now = whole === null ? row.whole_page : Number(whole);
        changed.push([row.id, active ? 'active' : 'unsubscribed', now, Number(componentIds !== null)]);
        for (const componentId of componentIds ?? []) choices.push([row.id, componentId]);
      } else report.result = 'unchanged';
    }
    const rows = JSON.stringify(changed);
    unit.write(
      statement(INSERT, pageId, unit.now, JSON.stringify(added)),
      statement(UPDATE, unit.now, rows),
      statement(CANCEL, unit.now, rows),
      statement(UNCHOOSE, rows),
      statement(CHOOSE, JSON.stringify(choices)),
    );
    const count = (result: ImportedLine['result']) => reports.filter((one) => one.result === result).length;
    const details = Object.fromEntries(IMPORT_RESULTS.map((result) => [result, count(result)]));
    return { value: null, details };
  });
  return revision;
}

function refusalOf(row: Known | undefined, erased: boolean, active: boolean): ImportedLine['reason'] {
  if (row?.status === 'unsubscribed' && active) return 'unsubscribed';
  return !row && erased ? 'erased' : null;
}

function differs(row: Known, componentIds: readonly string[] | null, active: boolean): boolean {
  if (!active) return row.status === 'active';
  if (row.suppressed) return true;
  if (componentIds === null) return false;
  const same =
    row.components.length === componentIds.length && componentIds.every((id) => row.components.includes(id));
  return !same || Boolean(row.whole_page) !== (componentIds.length === 0);
}

/** The lines of the file go first, whatever the planner thinks: else each would be looked for among all subscribers. */
const KNOWN = `select s.email_key as key, json_object('id', s.id, 'status', s.status, 'suppressed', s.suppressed_at is not null,
  'whole_page', s.whole_page, 'components',
  (select json_group_array(component_id) from subscriber_components where subscriber_id = s.id)) as row
  from json_each(?2) k cross join subscribers s on s.page_id = ?1 and s.email_key = k.value`;
const ERASED =
  'select address_hash as hash from json_each(?2) k cross join erasures on page_id = ?1 and address_hash = k.value';
const INSERT = `insert into subscribers (id, page_id, email, email_key, status, whole_page, source, unsubscribed_at, created_at, updated_at)
  select value ->> 0, ?1, value ->> 1, value ->> 2, value ->> 3, value ->> 4, 'imported',
    iif(value ->> 3 = 'unsubscribed', ?2, null), ?2, ?2 from json_each(?3)`;
const UPDATE = `update subscribers set status = row.value ->> 1, whole_page = row.value ->> 2, updated_at = ?1,
  suppressed_at = null, suppressed_reason = null, unsubscribed_at = iif(row.value ->> 1 = 'unsubscribed', ?1, null)
  from json_each(?2) as row where subscribers.id = row.value ->> 0`;
const CANCEL = `update deliveries set state = 'cancelled', done_at = ?1 where state = 'pending' and recipient_id in
  (select value ->> 0 from json_each(?2) where value ->> 1 = 'unsubscribed')`;
const UNCHOOSE =
  'delete from subscriber_components where subscriber_id in (select value ->> 0 from json_each(?1) where value ->> 3)';
/** A component may have gone since its name was read. */
const CHOOSE = `insert or ignore into subscriber_components (subscriber_id, component_id)
  select value ->> 0, value ->> 1 from json_each(?1) where exists (select 1 from components where id = value ->> 1)`;

async function knownAmong(
  tx: Database,
  pageId: string,
  wishes: readonly Wish[],
): Promise<Map<string, Known>> {
  const keys = JSON.stringify(wishes.map(({ key }) => key));
  const { rows } = await tx.$client.execute(statement(KNOWN, pageId, keys));
  return new Map(rows.map((row) => [row.key as string, JSON.parse(row.row as string) as Known]));
}

async function erasedAmong(tx: Database, pageId: string, hashes: readonly string[]): Promise<Set<string>> {
  const { rows } = await tx.$client.execute(statement(ERASED, pageId, JSON.stringify(hashes)));
  return new Set(rows.map((row) => row.hash as string));
}
