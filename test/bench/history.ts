import { startDaymark } from '../server/daymark.ts';
import { comesToRest } from '../server/first-page.ts';
import { callWith } from './caller.ts';
import { factorRow, ms, percentile, print, type Row } from './figures.ts';
import { fillIncidents, fillPages } from './fill.ts';
import { quiet } from './quiet.ts';
import { Revisions } from './revisions.ts';
import { makeScene, replaceTimes, SLUG } from './scene.ts';

const COMPONENTS = 20;
const WARM_UP = 20;
const WRITES = 200;
/** So long the archive of thousands of incidents may take. */
const ARCHIVE_MS = 600_000;
const BUDGET = { sign: '<=', must: 1.2, aim: 1.05 } as const;

/** The way of a change to its files with 10,000 pages and 5,000 past incidents, against 1 page and 5 incidents. */
export async function history(): Promise<Row[]> {
  const small = await timesWith(0, 5);
  const large = await timesWith(9_999, 5_000);
  const p = (times: readonly number[], share: number) => percentile(times, share);
  return [0.5, 0.95].map((share) =>
    factorRow(
      `10,000 pages and 5,000 incidents, p${share * 100}`,
      { ours: p(large, share), reference: p(small, share), unit: ms },
      BUDGET,
    ),
  );
}

async function timesWith(pages: number, incidents: number): Promise<number[]> {
  const scene = await makeScene(COMPONENTS);
  const { dataDir, key } = scene.server;
  await scene.close();
  await fillIncidents(dataDir, SLUG, scene.components[0] ?? '', incidents);
  await fillPages(dataDir, pages, 1, SLUG);
  const server = await startDaymark({ dataDir, key });
  print(`  with ${pages + 1} pages ready after ${ms(server.readyAfter)}`);
  const revisions = await Revisions.of(dataDir, SLUG);
  try {
    await quiet(server.pid);
    const resumed = { revisions, components: scene.components, call: callWith(server, () => undefined) };
    await replaceTimes(resumed, WARM_UP);
    // With the first change the page's past is published, which the database was filled with.
    await comesToRest(server, SLUG, ARCHIVE_MS);
    await quiet(server.pid);
    return await replaceTimes(resumed, WRITES);
  } finally {
    await revisions.close();
    await server.stop();
  }
}
