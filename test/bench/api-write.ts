import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { clock } from '../server/http.ts';
import { factorRow, ms, percentile, print, type Row } from './figures.ts';
import { makeScene, PAGE, type Scene } from './scene.ts';

const ALONE = 300;
const AT_ONCE = 20;
const CROWD = 1_000;
const BUDGET = { sign: '<=', must: 3, aim: 1.5 } as const;

/** An API write, answered and durable, against a bare INSERT through the same driver with the same fsync. */
export async function apiWrite(): Promise<Row[]> {
  const scene = await makeScene(20);
  try {
    await write(scene, 50, 1);
    const alone = await write(scene, ALONE, 1);
    const crowd = await write(scene, CROWD, AT_ONCE);
    const bare = await bareInserts(join(scene.server.dataDir, 'bare.db'), ALONE, 1);
    const bareCrowd = await bareInserts(join(scene.server.dataDir, 'bare.db'), CROWD, AT_ONCE);
    const note = (name: string, times: number[]) => print(`  ${name}: p95 ${ms(percentile(times, 0.95))}`);
    note('API write alone', alone.times);
    note('API write, 20 at once', crowd.times);
    note('bare INSERT alone', bare.times);
    note('bare INSERT, 20 at once', bareCrowd.times);
    const p50 = (times: number[]) => percentile(times, 0.5);
    return [
      factorRow(
        'API write alone, p50',
        { ours: p50(alone.times), reference: p50(bare.times), unit: ms },
        BUDGET,
      ),
      factorRow(
        'API write, 20 at once, p50',
        { ours: p50(crowd.times), reference: p50(bareCrowd.times), unit: ms },
        BUDGET,
      ),
      factorRow(
        'API write, 20 at once, per write',
        { ours: crowd.each, reference: bareCrowd.each, unit: ms },
        BUDGET,
      ),
    ];
  } finally {
    await scene.close();
  }
}

interface Times {
  times: number[];
  /** Milliseconds of the whole run by the number of writes. */
  each: number;
}

async function write(scene: Scene, count: number, atOnce: number): Promise<Times> {
  let sent = 0;
  return crowd(count, atOnce, async () => {
    const n = sent++;
    const component = scene.components[n % scene.components.length] ?? '';
    const status = ['degraded_performance', 'operational'][Math.floor(n / scene.components.length) % 2];
    await scene.call('PATCH', `${PAGE}/components/${component}`, { status });
  });
}

async function bareInserts(file: string, count: number, atOnce: number): Promise<Times> {
  const client = createClient({ url: `file:${file}`, concurrency: 1 });
  await client.execute('PRAGMA journal_mode=WAL');
  await client.execute('PRAGMA synchronous=FULL');
  await client.execute(
    'CREATE TABLE IF NOT EXISTS writes (id INTEGER PRIMARY KEY, status TEXT NOT NULL, at INTEGER NOT NULL)',
  );
  const done = await crowd(count, atOnce, async () => {
    await client.execute({ sql: 'INSERT INTO writes (status, at) VALUES (?, ?)', args: ['operational', 0] });
  });
  client.close();
  return done;
}

/** Does something so many times, so many at once, and takes the time of each. */
async function crowd(count: number, atOnce: number, once: () => Promise<void>): Promise<Times> {
  const times: number[] = [];
  const begun = clock();
  const lane = async (index: number) => {
    for (let n = index; n < count; n += atOnce) {
      const start = clock();
      await once();
      times.push(clock() - start);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, index) => lane(index)));
  return { times, each: (clock() - begun) / count };
}
