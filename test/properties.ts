/**
 * `npm run test:properties [-- TIMES]`: every test of a rule by random inputs, on other inputs than the last time and so
 * many times (40 if not said) more of them. A failure prints a seed: PROPERTY_SEED tries it again, PROPERTY_SHRINK makes
 * it smaller.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';

const root = new URL('..', import.meta.url).pathname;
const files = globSync('test/**/*.test.ts', { cwd: root }).filter((file) =>
  readFileSync(`${root}/${file}`, 'utf8').includes('fixtures/properties.ts'),
);
const { status } = spawnSync(
  'vitest',
  ['run', '--config', 'test/vitest.config.ts', '--testTimeout', '0', ...files],
  {
    ...{ cwd: root, stdio: 'inherit' },
    env: { PROPERTY_SEED: 'random', PROPERTY_TIMES: process.argv[2] ?? '40', ...process.env },
  },
);
process.exitCode = status ?? 1;
