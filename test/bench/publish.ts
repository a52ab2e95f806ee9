import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../server/build-once.ts';
import { ROOT } from '../server/daymark.ts';
import { factorRow, ms, percentile, percentiles, print, type Row } from './figures.ts';
import { buildFloor, floorTimes, type Written } from './floor.ts';
import { quiet } from './quiet.ts';
import { makeScene, replaceTimes, type Scene, SLUG } from './scene.ts';

const SIZES = [20, 239, 1_000];
/** The size that stands against a whole build. */
const BUILD_SIZE = 239;
const WARM_UP = 20;
const TIMES = 100;
const BUDGET = { sign: '<=', must: 3, aim: 1.5 } as const;
const BUILD_BUDGET = { sign: '<=', must: 1 / 100, aim: 1 / 500 } as const;

/** From the answer of a write until its files are replaced, against the floor and against a whole build. */
export async function publish(): Promise<Row[]> {
  const floor = await buildFloor();
  const rows: Row[] = [];
  let p50OfBuildSize = 0;
  for (const size of SIZES) {
    const scene = await makeScene(size);
    try {
      await replaceTimes(scene, WARM_UP);
      const ours = await replaceTimes(scene, TIMES);
      // What follows behind a revision is no part of it, here as there.
      await quiet(scene.server.pid);
      const files = await replacedFiles(scene);
      const snapshot = join(scene.server.dataDir, 'published', `${SLUG}.json`);
      await floorTimes(floor, snapshot, files, WARM_UP, 'made');
      const reference = await floorTimes(floor, snapshot, files, TIMES, 'made');
      const overwritten = await floorTimes(floor, snapshot, files, TIMES, 'overwritten');
      const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
      print(
        `  ${size} components: ${files.length} files, ${(bytes / 1_000).toFixed(0)} KB a change; ${percentiles(ours)}`,
      );
      print(`  the floor, its files overwritten instead of made: ${percentiles(overwritten)}`);
      for (const share of [0.5, 0.95]) {
        const figures = { ours: percentile(ours, share), reference: percentile(reference, share), unit: ms };
        rows.push(factorRow(`write to files, ${size} components, p${share * 100}`, figures, BUDGET));
      }
      if (size === BUILD_SIZE) p50OfBuildSize = percentile(ours, 0.5);
    } finally {
      await scene.close();
    }
  }
  const outDir = join(ROOT, 'node_modules/.daymark-build-once');
  const reference = build(outDir);
  rmSync(outDir, { recursive: true, force: true });
  rows.push(
    factorRow(
      'the same against one astro build',
      { ours: p50OfBuildSize, reference, unit: ms },
      BUILD_BUDGET,
    ),
  );
  return rows;
}

/** The published files that one more change replaces. */
export function replacedFiles(scene: Scene): Promise<Written[]> {
  return replacedBy(join(scene.server.dataDir, 'site/p', SLUG), () => replaceTimes(scene, 1));
}

/** The files of a page's folder that are others after `change` has come to its end. */
export async function replacedBy(folder: string, change: () => Promise<unknown>): Promise<Written[]> {
  const before = stamps(folder);
  await change();
  const after = stamps(folder);
  const changed = [...after].filter(([name, stamp]) => before.get(name) !== stamp).map(([name]) => name);
  return changed.map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
}

function stamps(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const { ino, mtimeMs } = statSync(file);
    found.set(file.slice(folder.length + 1), `${ino} ${mtimeMs}`);
  }
  return found;
}
