/** Run by `npm start`: builds when there is no build, or one that is older than its sources. */
import { spawnSync } from 'node:child_process';
import { globSync, statSync } from 'node:fs';

const ENTRY = 'dist/server/entry.mjs';

function isCurrent(): boolean {
  const built = statSync(ENTRY, { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined) return false;
  const sources = ['astro.config.mjs', 'package-lock.json', ...globSync('{src,db,public}/**/*')];
  return sources.every((path) => (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) <= built);
}

if (!isCurrent()) {
  process.stdout.write('Building Daymark, once …\n');
  const build = spawnSync('astro', ['build', '--silent'], {
    stdio: 'inherit',
    env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' },
  });
  process.exitCode = build.status ?? 1;
}
