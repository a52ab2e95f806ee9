import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '@libsql/client';
import { clock } from '../server/http.ts';
import { factorRow, ms, percentile, print, type Row } from './figures.ts';
import { quiet } from './quiet.ts';
import { makeScene, PAGE, type Scene } from './scene.ts';
import { Wire } from './wire.ts';

const AT_ONCE = 20;
/** Each is measured so often, in turns: what else the machine does meets all of them alike. */
const ROUNDS = 3;
const ALONE = 30;
/** Before a write that is alone what followed from the one before is over. */
const REST_MS = 250;
const IN_ROW = 200;
const CROWD = 1_000;
const BUDGET = { sign: '<=', must: 3, aim: 1.5 } as const;

/** An API write, answered and durable, against a bare INSERT through the same driver with the same fsync. */
export async function apiWrite(): Promise<Row[]> {
  const scene = await makeScene(20);
  const server = await startInserting(join(scene.server.dataDir, 'served.db'));
  try {
    const insert = await bareInsert(join(scene.server.dataDir, 'bare.db'));
    const write = writing(scene);
    await over(scene.server.url, 1, (wires) => times(50, 1, write(wires)));
    const alone: Measured = { ours: [], bare: [], served: [] };
    const inRow: Measured = { ours: [], bare: [], served: [] };
    const crowd: Measured = { ours: [], bare: [], served: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [measured, count, atOnce, rest] of [
        [alone, ALONE, 1, REST_MS] as const,
        [inRow, IN_ROW, 1, 0] as const,
        [crowd, CROWD, AT_ONCE, 0] as const,
      ]) {
        measured.ours.push(
          await over(scene.server.url, atOnce, (wires) => times(count, atOnce, write(wires), rest)),
        );
        // What the writes had published would else slow the others down.
        await quiet(scene.server.pid);
        measured.bare.push(await times(count, atOnce, insert, rest));
        measured.served.push(
          await over(server.url, atOnce, (wires) => times(count, atOnce, inserting(wires), rest)),
        );
      }
    }
    tell('alone', alone);
    tell('one after the other', inRow);
    tell(`${AT_ONCE} at once`, crowd);
    const row = (what: string, { ours, bare }: Measured, of: (all: readonly Times[]) => number) =>
      factorRow(what, { ours: of(ours), reference: of(bare), unit: ms }, BUDGET);
    return [
      row('API write alone, p50', alone, p50),
      row('API writes one after the other, p50', inRow, p50),
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

/** Does something over a connection for each of those that write at once. */
async function over<T>(
  url: string,
  atOnce: number,
  work: (wires: readonly Wire[]) => Promise<T>,
): Promise<T> {
  const wires = await Promise.all(Array.from({ length: atOnce }, () => Wire.to(url)));
  try {
    return await work(wires);
  } finally {
    for (const wire of wires) wire.close();
  }
}

function writing({ components, server }: Scene): (wires: readonly Wire[]) => Write {
  let sent = 0;
  const headers = [`Authorization: Bearer ${server.key}`];
  return (wires) => async (lane) => {
    const n = sent++;
    const component = components[n % components.length] ?? '';
    const status = ['degraded_performance', 'operational'][Math.floor(n / components.length) % 2];
    await wires[lane]!.send('PATCH', `${PAGE}/components/${component}`, JSON.stringify({ status }), headers);
  };
}

function inserting(wires: readonly Wire[]): Write {
  const body = JSON.stringify({ status: 'operational' });
  return async (lane) => {
    await wires[lane]!.send('PATCH', '/', body);
  };
}

async function bareInsert(file: string): Promise<Write> {
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

async function startInserting(file: string): Promise<{ process: ChildProcess; url: string }> {
  const program = new URL('./insert-server.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim()));
  });
  return { process: child, url: `http://127.0.0.1:${port}` };
}

/** One write of one of those that write at once: `lane` is its number. */
type Write = (lane: number) => Promise<void>;

/** Does something so many times, so many at once, and takes the time of each. Before each it waits for `rest` milliseconds. */
async function times(count: number, atOnce: number, once: Write, rest = 0): Promise<Times> {
  const taken: number[] = [];
  const begun = clock();
  const lane = async (index: number) => {
    for (let n = index; n < count; n += atOnce) {
      if (rest > 0) await pause(rest);
      const start = clock();
      await once(index);
      taken.push(clock() - start);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, index) => lane(index)));
  return { times: taken, each: (clock() - begun) / count - rest };
}
