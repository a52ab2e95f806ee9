import { parseArgs } from 'node:util';
import { Random } from '../fixtures/random.ts';
import { buildOnce } from '../server/build-once.ts';
import { EXPERIMENTS } from './experiments.ts';
import { brokenPromises, type Tally, table } from './tally.ts';

/**
 * `npm run test:faults -- --kills N --minutes N --only NAME --seed N --short`: runs the experiments one after the other,
 * prints a table, and ends with 1 when anything was lost, torn, went back or did not arrive. After `--minutes` no further
 * kill is begun.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    only: { type: 'string', multiple: true },
    minutes: { type: 'string', default: 'Infinity' },
    seed: { type: 'string' },
    short: { type: 'boolean', default: false },
  },
});
const SHOWN = 20;
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
const names = Object.keys(EXPERIMENTS);
for (const name of values.only ?? [])
  if (!names.includes(name)) throw new Error(`--only ${name}: there are ${names.join(', ')}`);

// Servers that were started end with this process, if it comes to an end of its own.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const begun = performance.now();
const say = (text: string) => process.stderr.write(`${text}\n`);
const random = new Random(seed);
const tallies: Tally[] = [];
await buildOnce();
say(`seed ${seed}`);
for (const [name, run] of Object.entries(EXPERIMENTS)) {
  const own = random.branch();
  if (values.only && !values.only.includes(name)) continue;
  const from = performance.now();
  const tally = await run({
    kills: Number(values.kills),
    minutes: Number(values.minutes),
    random: own,
    long: !values.short,
    say,
  });
  tallies.push(tally);
  say(`${name}: ${Math.round((performance.now() - from) / 1_000)} s\n${table([tally])}`);
  for (const broken of brokenPromises(tally).slice(0, SHOWN)) say(`  ${broken}`);
}

const lines = [
  table(tallies),
  '',
  ...tallies.map(({ name, unanswered, refused }) => {
    const codes = Object.entries(refused).map(([status, count]) => `${count} × ${status}`);
    return `${name}: ${unanswered} requests unanswered, refused ${codes.join(', ') || 'none'}`;
  }),
  ...tallies.flatMap(({ name, notes }) => notes.map((note) => `${name}: ${note}`)),
  `seed ${seed}, ${Math.round((performance.now() - begun) / 1_000)} s in all`,
];
process.stdout.write(`${lines.join('\n')}\n`);
process.exit(tallies.some((tally) => brokenPromises(tally).length > 0) ? 1 : 0);
