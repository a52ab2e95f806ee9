import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ENTRY, ROOT, RUN_FOLDER_VARIABLE } from './daymark.ts';

const SOURCES = ['src', 'db', 'public', 'astro.config.mjs'];
const LOCK = join(ROOT, 'node_modules/.daymark-build');
const STALE_MS = 180_000;

/** vitest's global setup: builds the server when a source is newer than it, and makes room for the data of all tests. */
export async function setup(): Promise<void> {
  await buildOnce();
  process.env[RUN_FOLDER_VARIABLE] = mkdtempSync(join(tmpdir(), 'daymark-test-run-'));
}

/** vitest's global teardown: workers that vitest ends leave their folders behind. */
export function teardown(): void {
  const folder = process.env[RUN_FOLDER_VARIABLE];
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

/** Builds the server unless it is newer than all sources; of several processes at once only one builds. */
export async function buildOnce(): Promise<void> {
  if (isCurrent()) return;
  while (!taken()) await pause(200);
  try {
    if (!isCurrent()) build();
  } finally {
    rmSync(LOCK, { recursive: true, force: true });
  }
}

/** One `astro build`, into `dist` or another folder; answers its milliseconds. Throws with its output when it fails. */
export function build(outDir?: string): number {
  const begun = performance.now();
  const done = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/astro/bin/astro.mjs'),
      'build',
      ...(outDir === undefined ? [] : ['--outDir', outDir]),
    ],
    {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' },
    },
  );
  if (done.status !== 0) throw new Error(`astro build failed:\n${done.stdout}${done.stderr}`);
  return performance.now() - begun;
}

function isCurrent(): boolean {
  if (!existsSync(ENTRY)) return false;
  const built = statSync(ENTRY).mtimeMs;
  return SOURCES.every((source) => newest(join(ROOT, source)) <= built);
}

function newest(path: string): number {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function taken(): boolean {
  try {
    mkdirSync(LOCK);
    return true;
  } catch {
    if (existsSync(LOCK) && Date.now() - statSync(LOCK).mtimeMs > STALE_MS)
      rmSync(LOCK, { recursive: true, force: true });
    return false;
  }
}
