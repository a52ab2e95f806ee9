import { mkdtempSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildOnce } from '../server/build-once.ts';
import { RUN_FOLDER_VARIABLE } from '../server/daymark.ts';
import { type Outcome, table } from './attack.ts';
import { ATTACKS } from './attacks.ts';

/**
 * `npm run test:attacks -- --only fuzz,paths --requests N --seed N --folder /dev/shm`: prints a table, and ends with 1 when
 * anything got through. In a folder in memory the fuzz need not wait for the disk.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    requests: { type: 'string' },
    seed: { type: 'string' },
    folder: { type: 'string' },
    short: { type: 'boolean' },
  },
});
const SHOWN = 10;
const only = values.only?.split(',');
const options = {
  requests: Number(values.requests ?? 1_000_000),
  seed: Number(values.seed ?? 1),
  short: values.short ?? false,
};

await buildOnce();
if (values.folder) {
  const folder = mkdtempSync(`${values.folder}/daymark-attacks-`);
  process.env[RUN_FOLDER_VARIABLE] = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}
const rows: { title: string; outcome: Outcome }[] = [];
for (const { name, title, run } of ATTACKS) {
  if (only && !only.includes(name)) continue;
  const begun = performance.now();
  const say = (line: string) => process.stderr.write(`${name}: ${line}\n`);
  const outcome = await run({ ...options, say }).catch((error: unknown) => ({
    tries: 0,
    breaches: [`it broke off: ${error instanceof Error ? error.stack : String(error)}`],
    note: 'broke off',
  }));
  say(`${outcome.breaches.length} breaches, ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  for (const breach of outcome.breaches.slice(0, SHOWN)) say(breach);
  rows.push({ title, outcome });
}
process.stdout.write(`${table(rows)}\n`);
process.exitCode = rows.some(({ outcome }) => outcome.breaches.length > 0) ? 1 : 0;
