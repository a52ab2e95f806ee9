/** Puts a copy of the database back: what has to survive the step back in time, and the exchange itself. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { createClient } from '@libsql/client';
import Driver from 'libsql';
import { forceToDisk, pathOfUrl } from './backup.ts';
import type { DatabaseOptions } from './client.ts';

/** Something with files of its own that is not as it was. */
export interface Difference {
  pageId: string;
  kind: 'incident' | 'maintenance' | 'component';
  ref: string;
  /** When it began, in either version; null of a component. */
  at: number | null;
}

const ROWS_AT_A_TIME = 200;

/** What people asked for after the copy was made is theirs to ask, and no older state takes it back. */
const KEPT = [
  `update subscribers set status = 'unsubscribed', unsubscribed_at = n.unsubscribed_at, updated_at = n.updated_at
    from later.subscribers n where n.page_id = subscribers.page_id and n.email_key = subscribers.email_key
      and n.status = 'unsubscribed' and subscribers.status = 'active'`,
  `update subscribers set suppressed_reason = n.suppressed_reason, suppressed_at = n.suppressed_at
    from later.subscribers n where n.page_id = subscribers.page_id and n.email_key = subscribers.email_key
      and n.suppressed_at is not null and subscribers.suppressed_at is null`,
  // Who is not there any more was erased.
  `delete from subscribers where page_id in (select id from later.pages) and not exists (select 1 from later.subscribers n
    where n.page_id = subscribers.page_id and n.email_key = subscribers.email_key)`,
  'delete from sign_ups where page_id in (select id from later.pages) and id not in (select id from later.sign_ups)',
  'update sign_ups set used_at = n.used_at from later.sign_ups n where n.id = sign_ups.id',
  `insert or ignore into erasures (page_id, address_hash, erased_at)
    select page_id, address_hash, erased_at from later.erasures where page_id in (select id from pages)`,
  // What was sent since is not sent again.
  `update deliveries set state = n.state, attempts = n.attempts, error = n.error, answered = n.answered,
    duration_ms = n.duration_ms, done_at = n.done_at
    from later.deliveries n where n.id = deliveries.id and deliveries.state = 'pending'`,
  'update outbox set fanned_out_at = n.fanned_out_at from later.outbox n where n.id = outbox.id',
  `update letters set state = n.state, attempts = n.attempts, sealed = n.sealed, done_at = n.done_at
    from later.letters n where n.id = letters.id and letters.state = 'pending'`,
  'update api_keys set revoked_at = n.revoked_at from later.api_keys n where n.id = api_keys.id and api_keys.revoked_at is null',
  'update account_tokens set used_at = n.used_at from later.account_tokens n where n.id = account_tokens.id',
];

/** Whoever was signed in then is asked to sign in again; links to new passwords are asked for again. */
const ENDED = [
  'delete from sessions',
  "delete from account_tokens where kind = 'password_reset'",
  'update deliveries set lease_holder = null, lease_until = null',
  'update letters set lease_holder = null, lease_until = null',
];

const DIFFERENCES = (condition: (table: string) => string) => `
  select page_id, 'incident', id, started_at from main.incidents m where ${condition('incidents')}
  union all select page_id, 'maintenance', id, starts_at from main.maintenance_windows m where ${condition('maintenance_windows')}`;
const SINCE = `
  select page_id, 'incident', id, started_at from later.incidents n where page_id in (select id from main.pages)
    and not exists (select 1 from main.incidents m where m.id = n.id and m.updated_at = n.updated_at)
  union all select page_id, 'maintenance', id, starts_at from later.maintenance_windows n
    where page_id in (select id from main.pages)
    and not exists (select 1 from main.maintenance_windows m where m.id = n.id and m.updated_at = n.updated_at)
  union all select page_id, 'component', id, null from later.components n where page_id in (select id from main.pages)
    and id not in (select id from main.components)`;

export interface Later {
  /** What has files and is not as it was: everything, when nobody knows. */
  differences: Difference[];
  /** Revisions and slugs that pages had. */
  pages: { id: string; slug: string; revision: number }[];
}

/**
 * Brings what came later into a copy that is to be put back.
 *
 * @param path the copy, of this build's schema
 * @param later a newer copy of the same database, likewise; null when there is none
 */
export function takeOver(path: string, later: string | null): Later {
  const database = new Driver(path);
  const rows = (sql: string) => database.prepare(sql).raw(true).all([]) as unknown[][];
  const asDifference = ([pageId, kind, ref, at]: unknown[]) => ({ pageId, kind, ref, at }) as Difference;
  try {
    if (later !== null) database.prepare('ATTACH DATABASE ? AS later').run([later]);
    database.exec('PRAGMA foreign_keys = ON');
    database.exec('BEGIN');
    for (const statement of [...(later === null ? [] : KEPT), ...ENDED]) database.exec(statement);
    database.exec('COMMIT');
    if (later === null) return { differences: rows(DIFFERENCES(() => 'true')).map(asDifference), pages: [] };
    const changed = (table: string) =>
      `not exists (select 1 from later.${table} n where n.id = m.id and n.updated_at = m.updated_at)`;
    database.exec(
      `update leases set fence = max(leases.fence, n.fence) from later.leases n where n.name = leases.name`,
    );
    return {
      differences: [...rows(DIFFERENCES(changed)), ...rows(SINCE)].map(asDifference),
      pages: rows('select id, slug, revision from later.pages').map(
        ([id, slug, revision]) => ({ id, slug, revision }) as Later['pages'][number],
      ),
    };
  } finally {
    database.close();
  }
}

/** Lets whoever publishes next be later than all who published until now. */
export function raiseFence(path: string, above: number): void {
  const database = new Driver(path);
  database
    .prepare(`insert into leases (name, holder, fence, expires_at) values ('workers', 'restored', ?, 0)
      on conflict (name) do update set fence = max(fence, excluded.fence), holder = 'restored', expires_at = 0`)
    .run([above]);
  database.close();
}

/**
 * Ends the log beside a database file, so that the file alone is the database.
 *
 * @returns false when another process has it open
 */
export function isAlone(path: string): boolean {
  const database = new Driver(path);
  try {
    database.exec('PRAGMA journal_mode = DELETE');
    return true;
  } catch (error) {
    if (/^SQLITE_(BUSY|LOCKED)/.test((error as { code?: string }).code ?? '')) return false;
    throw error;
  } finally {
    database.close();
  }
}

/** Exchanges a database file; what was there gets the name `aside`. */
export function exchangeFile(url: string, path: string, aside: string): void {
  const place = pathOfUrl(url);
  if (existsSync(place)) renameSync(place, aside);
  for (const suffix of ['-wal', '-shm']) rmSync(place + suffix, { force: true });
  forceToDisk(path);
  renameSync(path, place);
  forceToDisk(dirname(place));
}

/** Replaces all that a server's database holds, in one transaction. Both have the same schema. */
export async function exchangeServer({ url, authToken }: DatabaseOptions, path: string): Promise<void> {
  const client = createClient({ url, intMode: 'number', ...(authToken ? { authToken } : {}) });
  const copy = new Driver(path);
  const select = (sql: string) => copy.prepare(sql).raw(true);
  const tables = select(
    "select name from sqlite_master where type = 'table' and name not like 'sqlite%'",
  ).all([]) as [string][];
  try {
    const writing = await client.transaction('write');
    await writing.batch([
      'PRAGMA defer_foreign_keys = ON',
      ...tables.map(([name]) => `delete from "${name}"`),
    ]);
    for (const [name] of tables) {
      const read = select(`select * from "${name}" where rowid > ? order by rowid limit ${ROWS_AT_A_TIME}`);
      const columns = read.columns().map((column) => `"${column.name}"`);
      const last = select(
        `select max(rowid) from (select rowid from "${name}" where rowid > ? order by rowid limit ${ROWS_AT_A_TIME})`,
      );
      const insert = `insert into "${name}" (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`;
      for (let after = 0; ; ) {
        const rows = read.all([after]) as (string | number | null)[][];
        if (rows.length === 0) break;
        await writing.batch(rows.map((args) => ({ sql: insert, args })));
        after = (last.all([after]) as number[][])[0]![0]!;
      }
    }
    await writing.commit();
  } finally {
    copy.close();
    client.close();
  }
}
