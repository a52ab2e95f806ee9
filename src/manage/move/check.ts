/** Looks at a file before anything of it is written: an import is whole or not at all, and a file may come from anywhere. */
import { getTableName } from 'drizzle-orm';
import { DomainError } from '../../domain/errors.ts';
import { isId } from '../../domain/ids.ts';
import { columnsOf, type MovedColumn } from './columns.ts';
import { MOVED, type Moved } from './decisions.ts';
import { fieldFault } from './fields.ts';
import { FORMAT, type Head } from './format.ts';

/** Where a row belongs: the columns that name another that moves, and the table it is in. */
const BELONGS: Record<string, string> = {
  organization_id: 'organizations',
  page_id: 'pages',
  group_id: 'groups',
  incident_id: 'incidents',
  update_id: 'incident_updates',
  window_id: 'maintenance_windows',
  subscriber_id: 'subscribers',
  event_id: 'outbox',
};
/** These may outlive what they name. */
const LOOSE = new Set(['audit_events.page_id', 'resting_slugs.page_id']);
/** Names of others' making, or of things that need not be there. */
const NOT_IDS = new Set(['v2_id', 'postmortem_v2_id', 'request_id', 'subject_id']);
const V2_ID = /^[A-Za-z0-9_-]{1,64}$/;

const kinds = new Map(
  MOVED.map((one) => [
    getTableName(one.table),
    { moved: one, columns: columnsOf(one.table).filter(({ key }) => !(key in one.arrival)) },
  ]),
);

export type Row = Record<string, unknown>;

export interface Checked {
  head: Head;
  rows: number;
  /** What may be taken where it arrives. */
  slugs: { organization: string; pages: string[]; resting: string[]; domains: string[]; emails: string[] };
  /** Their webhooks and people have to be told. */
  webhooks: number;
  users: number;
}

export function refuseLine(number: number, why: string): DomainError {
  return new DomainError('invalid', `Line ${number}: ${why}`);
}

/** A line of a row, parsed. @throws DomainError invalid, naming the line */
export function rowOf(text: string, number: number): { moved: Moved; columns: MovedColumn[]; row: Row } {
  const { table, row } = parse(text, number) as { table?: unknown; row?: unknown };
  const kind = kinds.get(String(table));
  if (!kind || typeof row !== 'object' || row === null)
    throw refuseLine(number, `it holds no row of a table that is known here: ${String(table)}`);
  return { ...kind, row: row as Row };
}

export function parse(text: string, number: number): Row {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null) return value as Row;
  } catch {
    // Told below.
  }
  throw refuseLine(number, 'it is not an object in JSON');
}

/** Reads a whole file. @throws DomainError invalid, naming the line and what is wrong in it */
export async function checkLines(lines: AsyncIterable<string>): Promise<Checked> {
  let number = 0;
  let head: Head | null = null;
  let end: number | null = null;
  const seen = new Map<string, Set<string>>();
  const checked = {
    ...{ rows: 0, webhooks: 0, users: 0 },
    slugs: { organization: '', pages: [], resting: [], domains: [], emails: [] } as Checked['slugs'],
  };
  for await (const text of lines) {
    number++;
    if (text === '') continue;
    if (end !== null) throw refuseLine(number, 'there is something behind the end');
    if (head === null) {
      head = headOf(parse(text, number), number);
      continue;
    }
    if (text.startsWith('{"end":')) {
      end = Number(parse(text, number).rows);
      continue;
    }
    const { moved, columns, row } = rowOf(text, number);
    const table = getTableName(moved.table);
    checkRow(table, columns, row, number, seen);
    note(table, row, checked);
    checked.rows++;
  }
  if (head === null) throw new DomainError('invalid', 'The file is empty.');
  if (end === null) throw new DomainError('invalid', 'The file breaks off: its last line is missing.');
  if (end !== checked.rows)
    throw new DomainError('invalid', `The file holds ${checked.rows} rows of ${end}.`);
  if (seen.get('organizations')?.size !== 1)
    throw new DomainError('invalid', 'The file must hold one organization.');
  return { head, ...checked };
}

function headOf(value: Row, number: number): Head {
  const head = value as unknown as Head;
  if (head.daymark !== 'export') throw refuseLine(number, 'this is not a file of "daymark export"');
  if (head.format !== FORMAT)
    throw refuseLine(number, `its format is ${head.format}; this version reads ${FORMAT}`);
  return head;
}

function note(table: string, row: Row, checked: Omit<Checked, 'head'>): void {
  const { slugs } = checked;
  if (table === 'organizations') slugs.organization = String(row.slug);
  if (table === 'pages') slugs.pages.push(String(row.slug));
  if (table === 'pages' && row.domain !== null) slugs.domains.push(String(row.domain));
  if (table === 'resting_slugs') slugs.resting.push(String(row.slug));
  if (table === 'users') slugs.emails.push(String(row.email_key));
  if (table === 'users') checked.users++;
  if (table === 'webhooks') checked.webhooks++;
}

function checkRow(
  table: string,
  columns: readonly MovedColumn[],
  row: Row,
  number: number,
  seen: Map<string, Set<string>>,
): void {
  const known = new Set(columns.map(({ name }) => name));
  for (const name of Object.keys(row))
    if (!known.has(name)) throw refuseLine(number, `${table}.${name} is not known here`);
  for (const column of columns) {
    const value = row[column.name] ?? null;
    const fault = faultOf(table, column, value, seen);
    if (fault) throw refuseLine(number, `${table}.${column.name} ${fault}`);
  }
  if (typeof row.id === 'string') {
    const ids = seen.get(table) ?? new Set();
    if (ids.has(row.id)) throw refuseLine(number, `${table}.id stands in the file twice`);
    seen.set(table, ids.add(row.id));
  }
}

function faultOf(
  table: string,
  column: MovedColumn,
  value: unknown,
  seen: ReadonlyMap<string, ReadonlySet<string>>,
): string | null {
  const { name, kind, required, choices } = column;
  if (value === null) return required ? 'is missing' : null;
  if (!isOfKind(kind, value)) return `is not of the type ${kind}`;
  if (choices && !choices.includes(value as string)) return `is none of ${choices.join(', ')}`;
  if (name === 'v2_id' || name === 'postmortem_v2_id')
    return V2_ID.test(value as string) ? null : 'is not an id';
  if ((name === 'id' || name.endsWith('_id')) && !NOT_IDS.has(name)) {
    if (!isId(value as string)) return 'is not a UUID';
    const home = BELONGS[name];
    if (home && !LOOSE.has(`${table}.${name}`) && !seen.get(home)?.has(value as string))
      return 'names something that does not stand before it';
  }
  return fieldFault(table, name, value);
}

function isOfKind(kind: MovedColumn['kind'], value: unknown): boolean {
  if (kind === 'text') return typeof value === 'string';
  if (kind === 'flag') return typeof value === 'boolean';
  if (kind === 'json') return typeof value === 'object';
  return kind === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value);
}
