/**
 * `restore`: puts a backup back. What holds here:
 *
 * 1. Nobody else is at work on the database, or has its file open.
 * 2. What is put back is made ready beside its place, and gets there in one step; what was there stays beside it.
 * 3. Every page gets a revision above all that was published, so that no reader goes back, and what it says now is
 *    published at once.
 * 4. Who unsubscribed or was erased since stays so, as far as a newer database tells.
 */

import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { assertSound, copyDatabase, pathOfUrl, UnsoundDatabaseError } from '../../db/backup.ts';
import { migrate, NewerDatabaseError } from '../../db/migrate.ts';
import { exchangeFile, exchangeServer, isAlone, type Later, raiseFence, takeOver } from '../../db/restore.ts';
import { pages } from '../../db/schema.ts';
import { openStore } from '../../db/transaction.ts';
import { ConfigError } from '../config.ts';
import { monthOf } from '../domain/calendar.ts';
import { messageOf } from '../domain/errors.ts';
import { type Raise, raiseRevisions } from '../manage/command.ts';
import { AlreadyRunningError } from '../services.ts';
import { migrateStore } from './bootstrap.ts';
import type { Assembly } from './main.ts';
import { publishAll } from './publish.ts';

export async function restoreCommand(
  assembly: Assembly,
  file: string,
  options: { newer?: string },
): Promise<void> {
  const { config, services } = assembly;
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const release = await lockOut(assembly);
  mkdirSync(config.dataDir, { recursive: true });
  const folder = mkdtempSync(join(config.dataDir, 'restore-'));
  try {
    const restored = join(folder, 'restored.db');
    const later = join(folder, 'later.db');
    await makeReady(resolve(file), restored);
    const hasLater = await findLater(assembly, options.newer, later, say);
    const differences = takeOver(restored, hasLater ? later : null);
    await raise(assembly, restored, differences);
    const whole = join(folder, 'whole.db');
    await copyDatabase({ url: `file:${restored}` }, whole);
    if (isFile(assembly)) {
      const aside = `${pathOfUrl(config.databaseUrl)}.before-${new Date(services.now()).toISOString().replace(/[:.]/g, '-')}`;
      const there = existsSync(pathOfUrl(config.databaseUrl));
      exchangeFile(config.databaseUrl, whole, aside);
      if (there) say(`What was there before is in ${aside}.`);
    } else {
      await exchangeServer({ url: config.databaseUrl, authToken: config.databaseAuthToken }, whole);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await release();
  }
  say('The database is restored. Publishing what it says:');
  await publishAll(assembly);
}

const isFile = ({ config }: Assembly) => config.databaseUrl.startsWith('file:');

/** Nobody else publishes meanwhile. @throws AlreadyRunningError */
async function lockOut(assembly: Assembly): Promise<() => Promise<void>> {
  if (isFile(assembly)) return assembly.lockOut();
  await migrateStore(assembly);
  const leave = await assembly.becomePublisher();
  if (leave && !(await assembly.present.ofOthers())) return leave;
  await leave?.();
  throw new AlreadyRunningError(
    'Another Daymark process is at work on the database. Stop all of them first; one that was killed counts for half a minute.',
  );
}

/** A copy of this build's schema. @throws ConfigError for a file that can't be used */
async function makeReady(from: string, to: string): Promise<void> {
  if (!existsSync(from)) throw new ConfigError(`${from} is not there.`);
  try {
    // A database that was never closed has a part of it beside it; this reads both.
    assertSound(from);
    copyFileSync(from, to);
    for (const suffix of ['-wal']) if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
    const store = openStore({ url: `file:${to}` });
    await migrate(store);
    await store.close();
  } catch (error) {
    if (error instanceof UnsoundDatabaseError || error instanceof NewerDatabaseError)
      throw new ConfigError(error.message);
    throw error;
  }
}

/** The newer database: the one that is named, or the one that is there. @returns false when there is none */
async function findLater(
  assembly: Assembly,
  named: string | undefined,
  to: string,
  say: (text: string) => void,
): Promise<boolean> {
  const { config } = assembly;
  if (named !== undefined) {
    await makeReady(resolve(named), to);
    return true;
  }
  if (isFile(assembly) && !existsSync(pathOfUrl(config.databaseUrl))) return false;
  try {
    if (isFile(assembly) && !isAlone(pathOfUrl(config.databaseUrl)))
      throw new AlreadyRunningError('Another Daymark process has the database open. Stop it first.');
    const dump = `${to}.dump`;
    await copyDatabase({ url: config.databaseUrl, authToken: config.databaseAuthToken }, dump);
    await makeReady(dump, to);
    return true;
  } catch (error) {
    if (error instanceof AlreadyRunningError) throw error;
    say(
      `The database that is there can not be read (${messageOf(error)}): whoever unsubscribed since the backup will be a subscriber again.`,
    );
    return false;
  }
}

/** Above what the newer database and every target know. @throws ConfigError when a target can't be asked */
async function raise({ publishers, services }: Assembly, path: string, later: Later): Promise<void> {
  const store = openStore({ url: `file:${path}` });
  const rows = await store.read
    .select({ id: pages.id, slug: pages.slug, timezone: pages.timezone })
    .from(pages);
  const raises: Raise[] = [];
  let fence = 0;
  for (const { id, slug, timezone } of rows) {
    const known = later.pages.find((page) => page.id === id);
    let above = known?.revision ?? 0;
    for (const { options } of publishers) {
      for (const each of new Set([slug, known?.slug ?? slug])) {
        const mark = await options.target.revisionOf(each).catch((error: unknown) => {
          throw new ConfigError(
            `${options.target.name} can not be asked what was published (${messageOf(error)}). Bring it back, or take it out of PUBLISH_TO for this time.`,
          );
        });
        above = Math.max(above, mark?.revision ?? 0);
        fence = Math.max(fence, mark?.fence ?? 0);
      }
    }
    const mine = later.differences.filter((difference) => difference.pageId === id);
    const months = mine.flatMap(({ at }) => (at === null ? [] : [monthOf(at, timezone)]));
    raises.push({
      pageId: id,
      above,
      touched: [
        ...mine.map(({ kind, ref }) => ({ kind, ref })),
        ...[...new Set(months)].map((ref) => ({ kind: 'month' as const, ref })),
      ],
    });
  }
  await raiseRevisions(store, raises, services.now());
  await store.close();
  raiseFence(path, fence);
}
