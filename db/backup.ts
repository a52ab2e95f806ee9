/**
 * A copy of the whole database in one file, as it was at one moment, while others read and write. What holds here:
 *
 * 1. The copy is made beside its place, checked, forced to disk, and only then gets its name.
 * 2. Of a file it is SQLite itself that copies; from a server all tables are read in one transaction.
 */

import { chmodSync, closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { createClient, type Transaction } from '@libsql/client';
import Driver from 'libsql';
import { messageOf } from '../src/domain/errors.ts';
import type { DatabaseOptions } from './client.ts';

/** A file that is no sound database of Daymark's; the message says which and why. */
export class UnsoundDatabaseError extends Error {}

const IN_THE_MAKING = '.new';
const ROWS_AT_A_TIME = 500;

/** Of a `file:` address, the path. */
export function pathOfUrl(url: string): string {
  return decodeURIComponent(/^file:(?:\/\/(?=\/))?([^?#]*)/.exec(url)?.[1] ?? '');
}

/** Copies a database to a file, which only its owner can read. @throws UnsoundDatabaseError, or whatever the disk says */
export async function copyDatabase(from: DatabaseOptions, to: string): Promise<void> {
  const fresh = to + IN_THE_MAKING;
  rmSync(fresh, { force: true });
  try {
    if (from.url.startsWith('file:')) copyFile(pathOfUrl(from.url), fresh);
    else await copyServer(from, fresh);
    chmodSync(fresh, 0o600);
    assertSound(fresh);
    forceToDisk(fresh);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
  renameSync(fresh, to);
  forceToDisk(dirname(to));
}

/** @throws UnsoundDatabaseError for what is damaged, or no database of Daymark's */
export function assertSound(path: string): void {
  const fail = (why: string) => new UnsoundDatabaseError(`${path} ${why}.`);
  let database: Driver.Database | null = null;
  try {
    database = new Driver(path);
    const integrity = database.prepare('PRAGMA integrity_check').raw(true).all([]) as string[][];
    if (integrity[0]?.[0] !== 'ok') throw fail(`is damaged: ${integrity[0]?.[0]}`);
    const loose = database.prepare('PRAGMA foreign_key_check').raw(true).all([]);
    if (loose.length > 0) throw fail('is damaged: rows refer to others that are not there');
    const known = database
      .prepare("select 1 from sqlite_master where name in ('migrations', 'pages')")
      .raw(true);
    if (known.all([]).length !== 2) throw fail('is no database of Daymark');
  } catch (error) {
    if (error instanceof UnsoundDatabaseError) throw error;
    throw fail(`can not be read as a database (${messageOf(error)})`);
  } finally {
    database?.close();
  }
}

export function forceToDisk(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function copyFile(from: string, to: string): void {
  const database = new Driver(from);
  try {
    database.exec('PRAGMA busy_timeout = 10000');
    database.prepare('VACUUM INTO ?').run([to]);
  } finally {
    database.close();
  }
}

async function copyServer({ url, authToken }: DatabaseOptions, to: string): Promise<void> {
  const client = createClient({ url, intMode: 'number', ...(authToken ? { authToken } : {}) });
  const copy = new Driver(to);
  try {
    const reading = await client.transaction('read');
    const parts = await reading.execute(
      "select type, name, sql from sqlite_master where sql is not null and name not like 'sqlite%' and name not like 'libsql%'",
    );
    const texts = (type: string) => parts.rows.filter((row) => row.type === type);
    copy.exec('PRAGMA foreign_keys = OFF');
    copy.exec('BEGIN');
    for (const { sql } of texts('table')) copy.exec(String(sql));
    for (const { name } of texts('table')) await copyTable(reading, String(name), copy);
    for (const { sql } of texts('index')) copy.exec(String(sql));
    copy.exec('COMMIT');
    await reading.rollback();
  } finally {
    copy.close();
    client.close();
  }
}

async function copyTable(reading: Transaction, name: string, copy: Driver.Database): Promise<void> {
  for (let after = 0; ; ) {
    const { rows, columns } = await reading.execute({
      sql: `select rowid as rowid_, * from "${name}" where rowid > ? order by rowid limit ${ROWS_AT_A_TIME}`,
      args: [after],
    });
    const marks = columns.slice(1).map(() => '?');
    const names = columns.slice(1).map((column) => `"${column}"`);
    const insert = copy.prepare(`insert into "${name}" (${names.join(', ')}) values (${marks.join(', ')})`);
    for (const row of rows) insert.run(columns.slice(1).map((column) => row[column]));
    if (rows.length < ROWS_AT_A_TIME) return;
    after = Number(rows.at(-1)!.rowid_);
  }
}
