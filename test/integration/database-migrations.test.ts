import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getTableName, is, sql } from 'drizzle-orm';
import { toSnakeCase } from 'drizzle-orm/casing';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as accounts from '../../db/accounts.ts';
import * as messages from '../../db/messages.ts';
import { isMigrated, migrate, NewerDatabaseError } from '../../db/migrate.ts';
import * as schema from '../../db/schema.ts';
import { openStore, type Store } from '../../db/transaction.ts';

const FILES = readdirSync(new URL('../../db/migrations', import.meta.url))
  .filter((name) => name.endsWith('.sql'))
  .map((name) => name.replace('.sql', ''))
  .sort();

let folder: string;
let store: Store;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daymark-migrations-'));
  store = openStore({ url: `file:${join(folder, 'daymark.db')}` });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

describe('migrations', () => {
  test('have a number and a name', () => {
    expect(FILES.length).toBeGreaterThan(0);
    FILES.forEach((name, place) => {
      expect(name).toMatch(/^\d{4}(_[a-z0-9]+)+$/);
      expect(Number(name.slice(0, 4))).toBe(place);
    });
  });

  test('are all applied to a new database, and only once', async () => {
    expect(await migrate(store)).toEqual(FILES);
    expect(await isMigrated(store)).toBe(true);
    expect(await migrate(store)).toEqual([]);
    expect(await store.read.all(sql`select name from migrations order by name`)).toEqual(
      FILES.map((name) => ({ name })),
    );
  });

  test('are applied by one of two processes that begin at once', async () => {
    const other = openStore({ url: `file:${join(folder, 'daymark.db')}` });
    const applied = await Promise.all([migrate(store), migrate(other)]);
    expect(applied.map((names) => names.length).sort()).toEqual([0, FILES.length]);
    await other.close();
  });

  test('give a database an id that it keeps', async () => {
    const id = () => store.read.select().from(schema.settings);
    await migrate(store);
    const [made] = await id();
    expect(made).toMatchObject({ key: 'database_id', value: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    await migrate(store);
    expect(await id()).toEqual([made]);
  });

  test('refuse a database of a newer version, and change nothing', async () => {
    await migrate(store);
    await store.write((tx) => tx.run(sql`insert into migrations (name) values ('9999_from_the_future')`));
    await expect(migrate(store)).rejects.toThrow(NewerDatabaseError);
    await expect(migrate(store)).rejects.toThrow(/9999_from_the_future/);
  });

  test('are known to be missing in an empty database, and in one that lacks the last', async () => {
    expect(await isMigrated(store)).toBe(false);
    await migrate(store);
    await store.write((tx) => tx.run(sql`delete from migrations where name = ${FILES.at(-1)}`));
    expect(await isMigrated(store)).toBe(false);
  });
});

describe('the schema', () => {
  const tables = Object.values({ ...schema, ...messages, ...accounts }).filter((one) =>
    is(one, SQLiteTable),
  ) as SQLiteTable[];

  test('names the tables that the migrations make', async () => {
    await migrate(store);
    const made = await store.read.all<{ name: string }>(
      sql`select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`,
    );
    expect(made.map(({ name }) => name).sort()).toEqual(
      [...tables.map((table) => getTableName(table)), 'migrations'].sort(),
    );
  });

  test.each(tables.map((table) => [getTableName(table), table] as const))(
    'and the migrations agree on %s',
    async (name, table) => {
      await migrate(store);
      const { columns, primaryKeys, indexes, foreignKeys } = getTableConfig(table);
      const nameOf = (column: { name: string }) => toSnakeCase(column.name);
      const keys = new Set([
        ...primaryKeys.flatMap((key) => key.columns.map(nameOf)),
        ...columns.filter((one) => one.primary).map(nameOf),
      ]);
      const info = await store.read.all<{
        name: string;
        type: string;
        notnull: number;
        pk: number;
        dflt_value: string | null;
      }>(sql.raw(`PRAGMA table_info(${name})`));
      expect(
        info.map((one) => [
          one.name,
          one.type.toLowerCase(),
          one.notnull === 1,
          one.pk > 0,
          one.dflt_value !== null,
        ]),
      ).toEqual(
        columns.map((one) => [
          nameOf(one),
          one.getSQLType(),
          one.notNull,
          keys.has(nameOf(one)),
          one.hasDefault,
        ]),
      );
      const made = await store.read.all<{ name: string; unique: number; origin: string }>(
        sql.raw(`PRAGMA index_list(${name})`),
      );
      const unique = columns.filter((one) => one.isUnique).map((one) => `${name}_${nameOf(one)}_unique`);
      expect(
        made
          .filter((one) => one.origin === 'c')
          .map((one) => `${one.name} ${one.unique}`)
          .sort(),
      ).toEqual(
        [
          ...indexes.map(({ config }) => `${config.name} ${config.unique ? 1 : 0}`),
          ...unique.map((one) => `${one} 1`),
        ].sort(),
      );
      const references = await store.read.all<{ from: string; table: string; on_delete: string }>(
        sql.raw(`PRAGMA foreign_key_list(${name})`),
      );
      expect(
        references.map((one) => `${one.from} ${one.table} ${one.on_delete.toLowerCase()}`).sort(),
      ).toEqual(
        foreignKeys
          .map((key) => {
            const reference = key.reference();
            return `${nameOf(reference.columns[0]!)} ${getTableName(reference.foreignTable)} ${key.onDelete ?? 'no action'}`;
          })
          .sort(),
      );
    },
  );
});
