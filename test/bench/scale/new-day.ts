import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Driver from 'libsql';
import { limitRow, ms, percentile, print, type Row } from '../figures.ts';
import type { Folder } from './fill.ts';
import { longestPause, processorMs, serverOn, subjectOf, writingMeanwhile } from './server.ts';
import { SMALL } from './spread.ts';

/** Days are closed in rounds of twenty seconds: enough of them to see what one costs. */
const LOOK_MS = 1_000;

function onDatabase<T>(dataDir: string, work: (database: Driver.Database) => T): T {
  const database = new Driver(join(dataDir, 'daymark.db'));
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/** The day of each page that is not yet closed. */
function openDays(dataDir: string): Map<string, string> {
  const rows = onDatabase(dataDir, (database) =>
    database.prepare('select id, open_day from pages').raw(true).all([]),
  );
  return new Map(rows as [string, string][]);
}

/** Puts every page back by a day; no server runs. */
function turnBack(dataDir: string): void {
  onDatabase(dataDir, (database) =>
    database.prepare(`update pages set open_day = date(open_day, '-1 day')`).run([]),
  );
}

/**
 * A day ends on all pages at once. What is looked at is the beginning of the quarter of an hour over which its work is
 * spread, while somebody writes to an ordinary page.
 */
export async function newDay(folder: Folder, watchMs: number): Promise<Row[]> {
  const { dataDir } = folder;
  turnBack(dataDir);
  const before = openDays(dataDir);
  const pages = before.size;
  const server = await serverOn(folder);
  try {
    const subject = await subjectOf(server, SMALL);
    await longestPause(server);
    const begunCpu = processorMs(server.pid);
    const stop = writingMeanwhile(subject);
    const begun = performance.now();
    let closed = 0;
    while (closed < pages && performance.now() - begun < watchMs) {
      await pause(LOOK_MS);
      closed = [...openDays(dataDir)].filter(([id, day]) => day > (before.get(id) ?? day)).length;
    }
    const took = performance.now() - begun;
    const times = await stop();
    const cpu = processorMs(server.pid) - begunCpu;
    const longest = await longestPause(server);
    await subject.revisions.close();
    const whole = (took * pages) / Math.max(1, closed);
    print(
      `  a new day: ${closed} of ${pages} pages in ${ms(took)}, all of them in about ${(whole / 60_000).toFixed(1)} min; ${(cpu / Math.max(1, closed)).toFixed(1)} ms of processor time each; ${times.length} writes meanwhile, p50 ${ms(percentile(times, 0.5))}, slowest ${ms(Math.max(...times))}; longest pause ${ms(longest)}`,
    );
    return [
      limitRow(
        'new day: slowest write meanwhile',
        { ours: Math.max(...times), unit: ms },
        { must: 500, aim: 100 },
      ),
      limitRow('new day: longest pause', { ours: longest, unit: ms }, { must: 150, aim: 50 }),
    ];
  } finally {
    await server.stop();
  }
}
