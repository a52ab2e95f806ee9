import { getTableName, sql } from 'drizzle-orm';
import type { Database } from '../../../db/client.ts';
import { inList } from '../../../db/json-list.ts';
import { statement } from '../../../db/statement.ts';
import { conflict } from '../../domain/errors.ts';
import { newId } from '../../domain/ids.ts';
import type { Manager } from '../command.ts';
import { type Checked, checkLines, rowOf } from './check.ts';
import { columnsOf, type MovedColumn } from './columns.ts';
import type { Fresh, Moved } from './decisions.ts';

/** Rows of one INSERT; the number of its parameters must stay within SQLite's. */
const ROWS_AT_ONCE = 50;

type Value = string | number | null;

export interface MoveResult {
  organization: { slug: string; name: string };
  rows: number;
  pages: string[];
  /** Webhooks that arrived switched off, and users that need a new password. */
  webhooks: number;
  users: number;
}

/**
 * Takes an organization in that `exportLines` wrote: all of it in one transaction, after a look at the whole file.
 *
 * @param passwordHash of a password that nobody has, for users whose own stayed behind
 * @param read the lines of the file, from its beginning, each time it is called
 * @param slug under which the organization is to stand here, when not its own
 * @param progress hears how many rows of all are written
 * @throws DomainError invalid for a file that is not right, conflict when something of it is here already
 */
export async function importMove(
  manager: Manager,
  passwordHash: string,
  read: () => AsyncIterable<string>,
  slug: string | undefined,
  progress: (done: number, total: number) => void = () => {},
): Promise<MoveResult> {
  const checked = await checkLines(read());
  const organization = { slug: slug ?? checked.slugs.organization, name: checked.head.organization.name };
  const pages = await manager.store.write(async (tx) => {
    await assertFree(tx, checked, organization.slug);
    const writer = new Writer(tx, { secrets: manager.secrets, passwordHash }, organization.slug);
    let [number, done] = [0, 0];
    for await (const text of read()) {
      number++;
      if (number === 1 || text === '' || text.startsWith('{"end":')) continue;
      const { moved, row } = rowOf(text, number);
      await writer.add(moved, row);
      if (++done % 500 === 0) progress(done, checked.rows);
    }
    await writer.flush();
    await noteArrival(tx, manager.now(), organization.slug, checked.rows);
    return checked.slugs.pages;
  });
  progress(checked.rows, checked.rows);
  const { rows, webhooks, users } = checked;
  return { organization, rows, pages, webhooks, users };
}

/** @throws DomainError conflict, naming everything that is taken */
async function assertFree(tx: Database, { slugs }: Checked, organization: string): Promise<void> {
  const taken = async (what: string, query: ReturnType<typeof sql>) => {
    const rows = await tx.all<{ taken: string }>(query);
    return rows.length > 0 ? [`${what} ${rows.map((row) => row.taken).join(', ')}`] : [];
  };
  const all = [...slugs.pages, ...slugs.resting];
  const found = [
    ...(await taken(
      'organization',
      sql`select slug as taken from organizations where slug = ${organization}`,
    )),
    ...(await taken('page', sql`select slug as taken from pages where slug ${inList(all)}`)),
    ...(await taken('left address', sql`select slug as taken from resting_slugs where slug ${inList(all)}`)),
    ...(await taken('domain', sql`select domain as taken from pages where domain ${inList(slugs.domains)}`)),
    ...(await taken('user', sql`select email as taken from users where email_key ${inList(slugs.emails)}`)),
  ];
  if (found.length === 0) return;
  throw conflict(
    `Something of this file is here already: ${found.join('; ')}. Import into an empty installation, or name another organization with --org.`,
  );
}

async function noteArrival(tx: Database, now: number, slug: string, rows: number): Promise<void> {
  await tx.run(sql`insert into audit_events (id, organization_id, page_id, actor, action, subject_id, details, request_id, created_at)
    select ${newId()}, id, null, 'cli', 'organization.imported', id, ${JSON.stringify({ rows })}, null, ${now}
    from organizations where slug = ${slug}`);
}

/** Collects rows of one table, and writes them some at a time. */
class Writer {
  #moved: Moved | null = null;
  #columns: MovedColumn[] = [];
  #rows: Value[][] = [];

  constructor(
    private readonly tx: Database,
    private readonly fresh: Fresh,
    private readonly organization: string,
  ) {}

  async add(moved: Moved, row: Record<string, unknown>): Promise<void> {
    if (moved !== this.#moved) {
      await this.flush();
      this.#moved = moved;
      this.#columns = columnsOf(moved.table);
    }
    const table = getTableName(moved.table);
    this.#rows.push(
      this.#columns.map((column) => {
        const arrives = moved.arrival[column.key];
        if (arrives) return arrives(this.fresh);
        if (table === 'organizations' && column.name === 'slug') return this.organization;
        return stored(column, row[column.name] ?? null);
      }),
    );
    if (this.#rows.length === ROWS_AT_ONCE) await this.flush();
  }

  async flush(): Promise<void> {
    if (!this.#moved || this.#rows.length === 0) return;
    const names = this.#columns.map(({ name }) => `"${name}"`).join(', ');
    const places = `(${this.#columns.map(() => '?').join(', ')})`;
    const into = `insert into "${getTableName(this.#moved.table)}" (${names}) values `;
    const rows = this.#rows.splice(0);
    // The same two statements whatever the number of rows.
    if (rows.length === ROWS_AT_ONCE) {
      const text = into + rows.map(() => places).join(', ');
      await this.tx.$client.execute(statement(text, ...rows.flat()));
    } else for (const row of rows) await this.tx.$client.execute(statement(into + places, ...row));
  }
}

function stored({ kind }: MovedColumn, value: unknown): Value {
  if (value === null) return null;
  if (kind === 'json') return JSON.stringify(value);
  return kind === 'flag' ? Number(value) : (value as Value);
}
