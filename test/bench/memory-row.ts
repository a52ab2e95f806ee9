import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDaymark } from '../server/daymark.ts';
import { callWith } from './caller.ts';
import { limitRow, print, type Row } from './figures.ts';
import { publishedPages } from './many-pages.ts';
import { memoryMb, peakMemoryMb } from './memory.ts';
import { hasWrk, requestsPerSecond } from './wrk.ts';

const PAGES = 1_000;
const LOAD_SECONDS = 10;
const WRITES = 200;
const mb = (value: number) => `${value.toFixed(0)} MB`;

/** What the process holds with 1,000 published pages after they were read at random and some were changed. */
export async function memory(): Promise<Row[]> {
  const server = await startDaymark(await publishedPages(PAGES));
  try {
    print(`  after the start: ${mb(memoryMb(server.pid))}`);
    await readAtRandom(server.url, server.dataDir);
    const call = callWith(server, () => undefined);
    for (let n = 1; n <= WRITES; n += 1) {
      await call('POST', `/api/v1/pages/fill-${n}/incidents`, {
        title: `Incident ${n}`,
        body: 'We are looking into it.',
      });
    }
    await readAtRandom(server.url, server.dataDir);
    const now = memoryMb(server.pid);
    print(`  after load: ${mb(now)}, at most ${mb(peakMemoryMb(server.pid))}`);
    return [limitRow('memory, 1,000 pages, after load', { ours: now, unit: mb }, { must: 250, aim: 150 })];
  } finally {
    await server.stop();
  }
}

async function readAtRandom(url: string, folder: string): Promise<void> {
  if (hasWrk()) {
    const script = join(folder, 'random-pages.lua');
    const lua = [
      `local parts = { "", "history/", "api/v1/status", "api/v1/components", "api/v1/uptime" }`,
      `request = function()`,
      `  return wrk.format("GET", "/p/fill-" .. math.random(${PAGES}) .. "/" .. parts[math.random(#parts)])`,
      `end`,
    ];
    writeFileSync(script, lua.join('\n'));
    const rate = await requestsPerSecond(`${url}/`, LOAD_SECONDS, { script, encoding: 'br' });
    print(`  ${rate.toFixed(0)} reads/s at random over ${PAGES} pages`);
    return;
  }
  print('  read by this process: wrk or taskset is not installed (Debian: apt-get install wrk)');
  for (let n = 1; n <= PAGES; n += 1) {
    await Promise.all(
      ['', 'history/', 'api/v1/uptime'].map((path) =>
        fetch(`${url}/p/fill-${n}/${path}`).then((got) => got.text()),
      ),
    );
  }
}
