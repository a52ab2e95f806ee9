import { parseArgs } from 'node:util';
import { buildOnce } from '../server/build-once.ts';
import { rowTable, table } from './figures.ts';
import { liveThrough, type Report } from './week.ts';

/**
 * `npm run test:soak -- --days 7 --minutes 60 --seed N --from 2027-03-27T20:00Z --days-after 100
 * --moments 6 --step 1` (moments at which something is done, in an hour; hours between two countings): ends with 1 when
 * something did not hold, or grew without cause.
 */
const { values } = parseArgs({
  options: {
    days: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    from: { type: 'string' },
    'days-after': { type: 'string' },
    moments: { type: 'string' },
    step: { type: 'string' },
    clock: { type: 'string' },
  },
});
/** The week from here holds the change to summer time in Europe, the end of a month, and Lord Howe's half hour. */
const FROM = '2027-03-27T20:00Z';
const SHOWN = 30;

const days = Number(values.days ?? 7);
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
await buildOnce();
// Whoever ends it ends its server too, which goes when this process exits by itself.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.stderr.write(`seed ${seed}\n`);
const report = await liveThrough({
  ...{ startsAt: Date.parse(values.from ?? FROM), days, seed, step: Number(values.step ?? 1), leap: 1 },
  ...{ moments: Number(values.moments ?? 6), acts: 3 },
  minutes: Number(values.minutes ?? 60),
  ...{ daysAfter: Number(values['days-after'] ?? 100) },
  ...(values.clock === 'date' || values.clock === 'everything' ? { way: values.clock } : {}),
  progress: (text) => process.stderr.write(`${text}\n`),
});
print(report);
process.exitCode = report.faults.length + report.leaks.length > 0 ? 1 : 0;

function print(seen: Report): void {
  const acts = [...seen.done.values()].reduce((sum, n) => sum + n, 0);
  const lines = [
    ...table(seen.figures),
    '',
    ...(seen.after.length > 0 ? [...table(seen.after.filter((_, n) => n % 10 === 9)), ''] : []),
    'rows at the start, in the middle, at the end',
    ...rowTable([...seen.figures, ...seen.after]),
    '',
    `days                      ${days}, seed ${seed}, by ${seen.way === 'everything' ? 'libfaketime' : 'Date'}, in ${seen.seconds.toFixed(0)} s`,
    `acts                      ${acts}`,
    `events told, mails, calls ${seen.events}, ${seen.mails}, ${seen.calls}`,
    `countings                 ${seen.judged.hours}, of ${seen.judged.componentDays} days of components and ${seen.judged.windows} windows`,
    `days of another length    ${[...seen.judged.oddDays].sort().join('; ') || 'none'}`,
    `files compared            ${seen.files}`,
    `did not hold              ${seen.faults.length}`,
    `grew without cause        ${seen.leaks.length}`,
    ...seen.leaks,
    ...seen.faults.slice(0, SHOWN),
    [...seen.done].map(([name, n]) => `${name} ${n}`).join(', '),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
