import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@libsql/client';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DatabaseBusyError, DatabaseUnreadableError, DatabaseUnwritableError } from '../../db/failures.ts';
import { openStore, type Store } from '../../db/transaction.ts';
import { startWriter, type WritingProcess } from '../fixtures/writing-process.ts';

let folder: string;
let file: string;
let opened: { close(): unknown }[];
let children: WritingProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daymark-database-'));
  file = join(folder, 'rows.db');
  opened = [];
  children = [];
});
afterEach(async () => {
  for (const child of children) await child.kill();
  for (const one of opened) await one.close();
  await rm(folder, { recursive: true, force: true });
});

function store(busyTimeout?: number): Store {
  const made = openStore({ url: `file:${file}`, busyTimeout });
  opened.push(made);
  return made;
}

async function withTable(made = store()): Promise<Store> {
  await made.write((tx) => tx.run(sql`create table t (id integer primary key, v integer not null)`));
  return made;
}

/** Another party that uses the file by the bare driver. */
function stranger(): Client {
  const client = createClient({ url: `file:${file}` });
  opened.push(client);
  return client;
}

async function rowsIn(made: Store): Promise<number[]> {
  return (await made.read.all<{ v: number }>(sql`select v from t order by id`)).map(({ v }) => v);
}

/** What a process that looks at the file afterwards finds. */
const rowsInFile = () => rowsIn(store());

function loneWriter(patience: number, count: number): WritingProcess {
  const writer = startWriter(file, patience, count);
  children.push(writer);
  return writer;
}

describe('while another process holds the write lock', () => {
  test('a write is refused after its patience, and what is acknowledged later survives kill -9', async () => {
    await withTable();
    const holder = await stranger().transaction('write');
    const writer = loneWriter(50, 6);
    await writer.until('ready');
    writer.go();
    await writer.until('refused 0');
    await holder.commit();
    writer.go();
    const said = await writer.until('done');
    await writer.kill();
    expect(said).toContain('acknowledged 5');
    expect(await rowsInFile()).toEqual([1, 2, 3, 4, 5]);
  });

  test('a write that can wait is acknowledged once the lock is free, and survives kill -9', async () => {
    await withTable();
    const holder = await stranger().transaction('write');
    await holder.execute('insert into t (v) values (99)');
    const writer = loneWriter(60_000, 3);
    await writer.until('ready');
    writer.go();
    await writer.until('asks 0');
    await holder.commit();
    await writer.until('done');
    await writer.kill();
    expect(await rowsInFile()).toEqual([99, 0, 1, 2]);
  });

  test('everybody who waits is refused, nothing of theirs is written, and the next write goes through', async () => {
    const patient = await withTable(store(30));
    const holder = await stranger().transaction('write');
    const waiting = [1, 2, 3].map((v) => patient.write((tx) => tx.run(sql`insert into t (v) values (${v})`)));
    for (const result of await Promise.allSettled(waiting)) {
      expect(result).toMatchObject({ status: 'rejected', reason: expect.any(DatabaseBusyError) });
    }
    await holder.rollback();
    await patient.write((tx) => tx.run(sql`insert into t (v) values (4)`));
    expect(await rowsInFile()).toEqual([4]);
  });

  test('people can still read', async () => {
    const made = await withTable();
    const holder = await stranger().transaction('write');
    await holder.execute('insert into t (v) values (1)');
    expect(await rowsIn(made)).toEqual([]);
    await holder.commit();
    expect(await rowsIn(made)).toEqual([1]);
  });

  test('two processes that write at once both get their turns, and lose nothing to kill -9', async () => {
    await withTable();
    const writers = [loneWriter(60_000, 40), loneWriter(60_000, 40)];
    for (const writer of writers) await writer.until('ready');
    for (const writer of writers) writer.go();
    for (const writer of writers) await writer.until('done');
    for (const writer of writers) await writer.kill();
    const rows = await rowsInFile();
    expect(rows.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 80 }, (_, n) => Math.floor(n / 2)));
  });
});

describe('writes that are asked for at once', () => {
  test('happen in the order in which they were asked for, and each sees those before it', async () => {
    const made = await withTable();
    const seen = await Promise.all(
      Array.from({ length: 120 }, (_, v) =>
        made.write(async (tx) => {
          const [row] = await tx.all<{ n: number }>(sql`select count(*) as n from t`);
          await tx.run(sql`insert into t (v) values (${v})`);
          return row!.n;
        }),
      ),
    );
    const order = Array.from({ length: 120 }, (_, v) => v);
    expect(seen).toEqual(order);
    expect(await rowsIn(made)).toEqual(order);
  });

  test('one that fails leaves no trace, and the others are kept', async () => {
    const made = await withTable();
    const results = await Promise.allSettled(
      [0, 1, 2, 3].map((v) =>
        made.write(async (tx) => {
          await tx.run(sql`insert into t (v) values (${v})`);
          if (v === 1) throw new Error('changed my mind');
          if (v === 2) await tx.run(sql`insert into t (v) values (null)`);
          return v;
        }),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { message: 'changed my mind' } });
    expect(await rowsInFile()).toEqual([0, 3]);
  });

  test('one that fails alone leaves no trace either', async () => {
    const made = await withTable();
    const failing = made.write(async (tx) => {
      await tx.run(sql`insert into t (v) values (1)`);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await made.write((tx) => tx.run(sql`insert into t (v) values (2)`));
    expect(await rowsInFile()).toEqual([2]);
  });

  test('are all refused when their common COMMIT fails, and later writes go on', async () => {
    const made = await withTable();
    await made.write((tx) =>
      tx.run(sql`create table child (t integer references t (id) deferrable initially deferred)`),
    );
    const results = await Promise.allSettled([
      made.write((tx) => tx.run(sql`insert into t (v) values (1)`)),
      made.write((tx) => tx.run(sql`insert into child (t) values (4711)`)),
      made.write((tx) => tx.run(sql`insert into t (v) values (2)`)),
    ]);
    expect(results.map(({ status }) => status)).not.toContain('fulfilled');
    await made.write((tx) => tx.run(sql`insert into t (v) values (3)`));
    expect(await rowsInFile()).toEqual([3]);
  });

  test('are not seen by readers before they are acknowledged', async () => {
    const made = await withTable();
    const seen: number[][] = [];
    await made.write(async (tx) => {
      await tx.run(sql`insert into t (v) values (1)`);
      seen.push(await rowsIn(made));
    });
    seen.push(await rowsIn(made));
    expect(seen).toEqual([[], [1]]);
  });

  test('are finished before the store closes', async () => {
    const made = await withTable();
    const writes = Promise.all(
      [1, 2, 3].map((v) => made.write((tx) => tx.run(sql`insert into t (v) values (${v})`))),
    );
    await made.close();
    await writes;
    expect(await rowsInFile()).toEqual([1, 2, 3]);
  });

  test('can not go on in a transaction that is over', async () => {
    const made = await withTable();
    const kept = await made.write(async (tx) => ({ tx }));
    await expect(Promise.resolve(kept.tx.run(sql`insert into t (v) values (1)`))).rejects.toThrow();
    expect(await rowsInFile()).toEqual([]);
  });
});

describe('every connection', () => {
  const settings = async (db: Store['read']) => {
    const [mode] = await db.all<{ journal_mode: string }>(sql`PRAGMA journal_mode`);
    const [sync] = await db.all<{ synchronous: number }>(sql`PRAGMA synchronous`);
    const [keys] = await db.all<{ foreign_keys: number }>(sql`PRAGMA foreign_keys`);
    return [mode!.journal_mode, sync!.synchronous, keys!.foreign_keys];
  };
  const SAFE = ['wal', 2, 1];

  test('writes ahead and waits for the disk, for reading and for writing', async () => {
    const made = store();
    expect(await settings(made.read)).toEqual(SAFE);
    expect(await made.write(settings)).toEqual(SAFE);
    expect(await made.write(settings)).toEqual(SAFE);
  });

  test('does so too when it replaces one that was thrown away', async () => {
    const made = await withTable(store(20));
    const holder = await stranger().transaction('write');
    await expect(made.write((tx) => tx.run(sql`insert into t (v) values (1)`))).rejects.toThrow(
      DatabaseBusyError,
    );
    await holder.rollback();
    expect(await made.write(settings)).toEqual(SAFE);
    await expect(
      made.write(async (tx) => {
        await tx.run(sql`PRAGMA defer_foreign_keys=ON`);
        await tx.run(sql`create table other (t integer references t (id))`);
        await tx.run(sql`insert into other values (7)`);
      }),
    ).rejects.toThrow();
    expect(await made.write(settings)).toEqual(SAFE);
  });

  test('is shared by readers who come at once, before there is one', async () => {
    const made = await withTable();
    const fresh = store();
    await made.write((tx) => tx.run(sql`insert into t (v) values (1)`));
    expect(await Promise.all(Array.from({ length: 20 }, () => rowsIn(fresh)))).toEqual(
      Array.from({ length: 20 }, () => [1]),
    );
  });

  test('is refused where a database can not write ahead', async () => {
    const made = openStore({ url: 'file::memory:' });
    opened.push(made);
    const message = expect.stringMatching('journal_mode=WAL');
    await expect(Promise.resolve(made.read.all(sql`select 1`))).rejects.toMatchObject({
      cause: { cause: { message } },
    });
    await expect(made.write((tx) => tx.run(sql`select 1`))).rejects.toMatchObject({ cause: { message } });
  });
});

describe('when the file is damaged, or can not be opened', () => {
  test.each([
    ['something else', /disk of the database fails, or its file is damaged/],
    ['a folder', /can not be opened now/],
  ])('and is %s, all are told so for now, and once it is mended all goes on', async (what, reason) => {
    const first = await withTable();
    await first.write((tx) => tx.run(sql`insert into t (v) values (7)`));
    const whole = file;
    file = join(folder, 'damaged.db');
    await first.read.run(sql.raw(`vacuum into '${whole}.copy'`));
    await (what === 'a folder' ? mkdir(file) : writeFile(file, 'no database. '.repeat(1_000)));
    const made = store();
    await expect(rowsIn(made)).rejects.toMatchObject({
      cause: { constructor: DatabaseUnreadableError, message: expect.stringMatching(reason) },
    });
    const all = [8, 9].map((v) => made.write((tx) => tx.run(sql`insert into t (v) values (${v})`)));
    for (const one of await Promise.allSettled(all))
      expect(one).toMatchObject({
        status: 'rejected',
        reason: { constructor: DatabaseUnwritableError, message: expect.stringMatching(reason) },
      });
    await rm(file, { recursive: true });
    await rename(`${whole}.copy`, file);
    expect(await rowsIn(made)).toEqual([7]);
    await made.write((tx) => tx.run(sql`insert into t (v) values (10)`));
    expect(await rowsInFile()).toEqual([7, 10]);
  });
});

describe('when the disk is full', () => {
  const rows = sql`with recursive n (v) as (select 1 union all select v + 1 from n where v < 20000) insert into t (v) select v from n`;

  test('writes that share a COMMIT are all refused with the reason, and leave nothing', async () => {
    const made = await withTable();
    await made.write((tx) => tx.run(sql`insert into t (v) values (7)`));
    // As much as there is: a limit of this connection's.
    await made.write((tx) => tx.all(sql`pragma max_page_count = 3`));
    const all = await Promise.allSettled([
      made.write((tx) => tx.run(sql`insert into t (v) values (8)`)),
      made.write((tx) => tx.run(rows)),
      made.write((tx) => tx.run(sql`insert into t (v) values (9)`)),
    ]);
    for (const one of all)
      expect(one).toMatchObject({ status: 'rejected', reason: expect.any(DatabaseUnwritableError) });
    expect((all[0] as PromiseRejectedResult).reason.message).toMatch(/disk of the database is full/);
    expect(await rowsInFile()).toEqual([7]);
    await made.write((tx) => tx.run(sql`insert into t (v) values (10)`));
    expect(await rowsInFile()).toEqual([7, 10]);
  });
});
