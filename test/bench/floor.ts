import {
  closeSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { type AstroInlineConfig, type AstroIntegration, build } from 'astro';
import projectConfig from '../../astro.config.mjs';
import { ROOT } from '../server/daymark.ts';
import { clock } from '../server/http.ts';

const OUT = join(ROOT, 'node_modules/.daymark-floor');

export interface Floor {
  renderStatusPage(snapshot: unknown): Promise<string>;
}

/** Builds the Astro app a second time with an entry that only renders, as the project's own configuration says else. */
export async function buildFloor(): Promise<Floor> {
  const config = projectConfig as AstroInlineConfig & { adapter: AstroIntegration };
  const done = config.adapter.hooks['astro:config:done'];
  if (done === undefined) throw new Error('astro.config.mjs has no adapter of the expected kind');
  const entry = new URL('./floor-entry.ts', import.meta.url).pathname;
  const adapter: AstroIntegration = {
    ...config.adapter,
    hooks: {
      ...config.adapter.hooks,
      'astro:config:done': (hook) =>
        done({ ...hook, setAdapter: (chosen) => hook.setAdapter({ ...chosen, serverEntrypoint: entry }) }),
    },
  };
  await build({ ...config, root: ROOT, configFile: false, outDir: OUT, adapter, logLevel: 'warn' });
  return (await import(join(OUT, 'server/entry.mjs'))) as Floor;
}

/** A published file's name and how many bytes it has. */
export interface Written {
  name: string;
  bytes: Buffer;
}

/** How the floor writes: into files that it makes, as whoever replaces files by others has to, or into those that lie there. */
export type Ways = 'made' | 'overwritten';

/**
 * Milliseconds to render the page once and to write the same bytes and fsync them, for so many times. Some file systems take
 * long to make a file where many were deleted of late: ext4 without a journal looks at each of those first.
 */
export async function floorTimes(
  floor: Floor,
  snapshotFile: string,
  files: readonly Written[],
  times: number,
  ways: Ways,
): Promise<number[]> {
  const published = JSON.parse(readFileSync(snapshotFile, 'utf8')) as { components: object[] };
  const folder = mkdtempSync(join(ROOT, 'node_modules/.daymark-floor-'));
  const taken: number[] = [];
  try {
    for (let n = 0; n < times; n += 1) {
      // Of components that were rendered before much is kept.
      const snapshot = { ...published, components: published.components.map((one) => ({ ...one })) };
      const places = files.map((_, index) => join(folder, String(index)));
      const named = ways === 'made' ? places.map((place) => `${place}.new`) : places;
      const begun = clock();
      await floor.renderStatusPage(snapshot);
      for (const [index, { bytes }] of files.entries()) writeDurably(named[index]!, bytes);
      taken.push(clock() - begun);
      for (const [index, name] of named.entries()) renameSync(name, places[index]!);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return taken;
}

function writeDurably(file: string, bytes: Buffer): void {
  const descriptor = openSync(file, 'w');
  writeSync(descriptor, bytes);
  fsyncSync(descriptor);
  closeSync(descriptor);
}
