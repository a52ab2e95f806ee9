/** What a process and its folder hold, day for day, and whether that grows without cause. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import type { Store } from '../../db/transaction.ts';
import type { World } from './world.ts';

const MEGABYTE = 1_048_576;

export interface Figures {
  day: number;
  /** Resident, and the heap after its garbage is gone; MiB. */
  resident: number;
  heap: number;
  descriptors: number;
  /** Timers, sockets, requests, by the engine's own list. */
  resources: number;
  /** Files half written. */
  temporary: number;
  files: number;
  /** MiB. */
  log: number;
  database: number;
  rows: Record<string, number>;
}

/** How much may be more each day over the last half of the days. */
const MAY_GROW: Partial<Record<keyof Figures, number>> = {
  resident: 8,
  heap: 1.5,
  descriptors: 2,
  resources: 2,
  log: 4,
};

export async function measure(world: World, store: Store, day: number): Promise<Figures> {
  const { pid, dataDir } = world.daymark;
  const { heapBytes, resources } = await world.clock.inside(pid);
  const names = readdirSync(dataDir, { recursive: true, encoding: 'utf8' });
  const size = (name: string) => {
    try {
      return statSync(join(dataDir, name)).size / MEGABYTE;
    } catch {
      return 0;
    }
  };
  return {
    day,
    resident: Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
    heap: heapBytes / MEGABYTE,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    resources: Object.values(resources).reduce((sum, n) => sum + n, 0),
    temporary: names.filter((name) => /\.(new|tmp|part)$|~$/.test(name)).length,
    files: names.filter((name) => name.startsWith('site/')).length,
    log: size('daymark.db-wal'),
    database: size('daymark.db'),
    rows: await rowsOf(store),
  };
}

async function rowsOf(store: Store): Promise<Record<string, number>> {
  const tables = await store.read.all<{ name: string }>(
    sql`select name from sqlite_master where type = 'table' and name not like 'sqlite%' and name not like '\\_\\_%' escape '\\' order by name`,
  );
  const rows: Record<string, number> = {};
  for (const { name } of tables) {
    const [row] = await store.read.all<{ n: number }>(sql`select count(*) as n from ${sql.identifier(name)}`);
    rows[name] = row!.n;
  }
  return rows;
}

/** Growth per day over the last half of the days, by least squares. */
export function slope(all: readonly Figures[], what: keyof Figures): number {
  const last = all.slice(-Math.max(3, Math.ceil(all.length / 2)));
  const mean = (of: (one: Figures) => number) => last.reduce((sum, one) => sum + of(one), 0) / last.length;
  const [day, value] = [mean((one) => one.day), mean((one) => one[what] as number)];
  const spread = last.reduce((sum, one) => sum + (one.day - day) ** 2, 0);
  return (
    last.reduce((sum, one) => sum + (one.day - day) * ((one[what] as number) - value), 0) / (spread || 1)
  );
}

/** What grows without cause. */
export function leaks(all: readonly Figures[]): string[] {
  if (all.length < 4) return [];
  const grown = Object.entries(MAY_GROW).flatMap(([what, most]) => {
    const growth = slope(all, what as keyof Figures);
    return growth > most ? [`${what} grows by ${growth.toFixed(2)} a day`] : [];
  });
  const left = all.at(-1)!.temporary;
  return left > 0 ? [...grown, `${left} files half written are left`] : grown;
}

const COLUMNS = [
  'resident',
  'heap',
  'descriptors',
  'resources',
  'temporary',
  'files',
  'log',
  'database',
] as const;

export function table(all: readonly Figures[]): string[] {
  const cells = (one: Figures) =>
    COLUMNS.map((what) => one[what].toFixed(['resident', 'heap', 'log', 'database'].includes(what) ? 1 : 0));
  const line = (first: string, rest: readonly string[]) =>
    [first.padEnd(5), ...rest.map((cell) => cell.padStart(12))].join('');
  return [
    line('day', COLUMNS),
    ...all.map((one) => line(String(one.day), [...cells(one)])),
    line(
      'slope',
      COLUMNS.map((what) => slope(all, what).toFixed(2)),
    ),
  ];
}

/** Rows per table at the start, in the middle, at the end. */
export function rowTable(all: readonly Figures[]): string[] {
  const shown = [all[0]!, all[Math.floor(all.length / 2)]!, all.at(-1)!];
  return Object.keys(all.at(-1)!.rows).map((name) =>
    [name.padEnd(24), ...shown.map(({ rows }) => String(rows[name] ?? 0).padStart(8))].join(''),
  );
}
