import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { clock, send } from '../server/http.ts';
import { factorRow, ms, percentile, print, type Row } from './figures.ts';
import { quiet } from './quiet.ts';
import { makeScene, PAGE, type Scene } from './scene.ts';

const AT_ONCE = 20;
/** Each is measured so often, in turns: what else the machine does meets all of them alike. */
const ROUNDS = 3;
const ALONE = 200;
const CROWD = 1_000;
const BUDGET = { sign: '<=', must: 3, aim: 1.5 } as const;

/** An API write, answered and durable, against a bare INSERT through the same driver with the same fsync. */
export async function apiWrite(): Promise<Row[]> {
  const scene = await makeScene(20);
  const server = await startInserting(join(scene.server.dataDir, 'served.db'));
  try {
    const insert = await bareInsert(join(scene.server.dataDir, 'bare.db'));
    await times(50, 1, writing(scene));
    const alone: Measured = { ours: [], bare: [], served: [] };
    const crowd: Measured = { ours: [], bare: [], served: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [measured, count, atOnce] of [
        [alone, ALONE, 1] as const,
        [crowd, CROWD, AT_ONCE] as const,
      ]) {
        measured.ours.push(await times(count, atOnce, writing(scene)));
        // What the writes had published would else slow the others down.
        await quiet(scene.server.pid);
        measured.bare.push(await times(count, atOnce, insert));
        measured.served.push(await times(count, atOnce, server.insert));
      }
    }
    tell('alone', alone);
    tell(`${AT_ONCE} at once`, crowd);
    const row = (what: string, { ours, bare }: Measured, of: (all: readonly Times[]) => number) =>
      factorRow(what, { ours: of(ours), reference: of(bare), unit: ms }, BUDGET);
    return [
      row('API write alone, p50', alone, p50),
      row(`API write, ${AT_ONCE} at once, p50`, crowd, p50),
      row(`API write, ${AT_ONCE} at once, per write`, crowd, each),
    ];
  } finally {
    server.process.kill();
    await scene.close();
  }
}

interface Measured {
  ours: Times[];
  /** A bare INSERT in this process. */
  bare: Times[];
  /** The same INSERT by a bare HTTP server, asked as ours is: what of the factor is the way there and back. */
  served: Times[];
}

const p50 = (all: readonly Times[]) =>
  percentile(
    all.flatMap(({ times }) => times),
    0.5,
  );
const each = (all: readonly Times[]) => all.reduce((sum, one) => sum + one.each, 0) / all.length;

function tell(how: string, measured: Measured): void {
  const names = { ours: 'API write', bare: 'bare INSERT', served: 'INSERT behind bare HTTP' } as const;
  for (const [name, what] of Object.entries(names)) {
    const all = measured[name as keyof Measured];
    const p95 = percentile(
      all.flatMap((one) => one.times),
      0.95,
    );
    print(`  ${what}, ${how}: p50 ${ms(p50(all))}, p95 ${ms(p95)}, per write ${ms(each(all))}`);
  }
}

interface Times {
  times: number[];
  /** Milliseconds of the whole run by the number of writes. */
  each: number;
}

function writing(scene: Scene): () => Promise<void> {
  let sent = 0;
  return async () => {
    const n = sent++;
    const component = scene.components[n % scene.components.length] ?? '';
    const status = ['degraded_performance', 'operational'][Math.floor(n / scene.components.length) % 2];
    await scene.call('PATCH', `${PAGE}/components/${component}`, { status });
  };
}

async function bareInsert(file: string): Promise<() => Promise<void>> {
  const client = createClient({ url: `file:${file}`, concurrency: 1 });
  await client.execute('PRAGMA journal_mode=WAL');
  await client.execute('PRAGMA synchronous=FULL');
  await client.execute(
    'CREATE TABLE IF NOT EXISTS writes (id INTEGER PRIMARY KEY, status TEXT NOT NULL, at INTEGER NOT NULL)',
  );
  return async () => {
    await client.execute({ sql: 'INSERT INTO writes (status, at) VALUES (?, ?)', args: ['operational', 0] });
  };
}

async function startInserting(file: string): Promise<{ process: ChildProcess; insert: () => Promise<void> }> {
  const program = new URL('./insert-server.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim()));
  });
  const insert = async () => {
    await send('PATCH', `http://127.0.0.1:${port}/`, { status: 'operational' });
  };
  return { process: child, insert };
}

/** Does something so many times, so many at once, and takes the time of each. */
async function times(count: number, atOnce: number, once: () => Promise<void>): Promise<Times> {
  const taken: number[] = [];
  const begun = clock();
  const lane = async (index: number) => {
    for (let n = index; n < count; n += atOnce) {
      const start = clock();
      await once();
      taken.push(clock() - start);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, index) => lane(index)));
  return { times: taken, each: (clock() - begun) / count };
}
