import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startDaymark } from '../server/daymark.ts';
import { fillPages } from './fill.ts';
import { quiet } from './quiet.ts';

const PUBLISHED_WITHIN_MS = 600_000;

/** A data folder with so many published pages of 20 components, and the key of its organization; no server runs. */
export async function publishedPages(pages: number): Promise<{ dataDir: string; key: string }> {
  const empty = await startDaymark();
  const { dataDir, key } = empty;
  await empty.stop();
  await fillPages(dataDir, pages, 20);
  const server = await startDaymark({ dataDir, key });
  const begun = performance.now();
  for (let n = 1; n <= pages; n += 1) {
    while (!existsSync(join(dataDir, `site/p/fill-${n}/revision.json`))) {
      if (performance.now() - begun > PUBLISHED_WITHIN_MS)
        throw new Error(`page ${n} of ${pages} was not published`);
      await pause(50);
    }
  }
  await quiet(server.pid);
  await server.stop();
  return { dataDir, key };
}
