import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Driver from 'libsql';
import { runCli } from '../../server/daymark.ts';
import { print } from '../figures.ts';
import { type Folder, filledFolder } from './fill.ts';
import { LOVED, type PageSize, pageSizes, SMALL, WIDE } from './spread.ts';

/** How long the command took for a page, in milliseconds. */
export type Took = ReadonlyMap<string, number>;

export const seconds = (ms: number) => `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
export const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;

/** Runs a command of the built program. @returns its milliseconds and what it printed @throws Error when it failed */
export async function timed(args: readonly string[], dataDir: string): Promise<{ ms: number; text: string }> {
  const begun = performance.now();
  const done = await runCli(args, { DATA_DIR: dataDir });
  if (done.code !== 0) throw new Error(`daymark ${args.join(' ')} failed:\n${done.stderr}`);
  return { ms: performance.now() - begun, text: done.stdout };
}

/**
 * The large installation, with the real files of the three pages that are measured. All the others count as published
 * with the same templates, though nothing lies in their folders: rendering all of them is what `someOfThem` tells the
 * rate of.
 */
export async function largeFolder(pages: number): Promise<Folder & { took: Took }> {
  const begun = performance.now();
  const folder = await filledFolder(pageSizes(pages));
  print(`  ${pages} pages filled in ${seconds(performance.now() - begun)}`);
  const took = new Map<string, number>();
  for (const slug of [SMALL, WIDE, LOVED])
    took.set(slug, (await timed(['publish', '--page', slug], folder.dataDir)).ms);
  const database = new Driver(join(folder.dataDir, 'daymark.db'));
  const [row] = database
    .prepare(`select published_template from pages where slug = ?`)
    .raw(true)
    .all([SMALL]);
  database
    .prepare(
      `update pages set published_revision = revision, published_template = ? where published_revision = 0`,
    )
    .run([(row as string[])[0]]);
  database.close();
  return { ...folder, took };
}

/** The same ordinary page, alone in its database. */
export async function smallFolder(): Promise<Folder & { took: Took }> {
  const folder = await filledFolder(pageSizes(3).filter(({ slug }) => slug === SMALL));
  const { ms } = await timed(['publish', '--page', SMALL], folder.dataDir);
  return { ...folder, took: new Map([[SMALL, ms]]) };
}

export interface Published {
  pages: number;
  incidents: number;
  ms: number;
  files: number;
  /** What the files take on the disk, whole blocks. */
  bytes: number;
}

/** `publish --all` of an installation of so many pages, spread like the large one, and what it leaves on the disk. */
export async function publishAll(pages: number): Promise<Published> {
  const sizes: PageSize[] = pageSizes(pages);
  const { dataDir } = await filledFolder(sizes);
  const { ms } = await timed(['publish', '--all'], dataDir);
  const { files, bytes } = onDisk(join(dataDir, 'site'));
  const incidents = sizes.reduce((sum, page) => sum + page.incidents, 0);
  return { pages, incidents, ms, files, bytes };
}

/** Regular files below a folder, and the blocks that they take. */
export function onDisk(folder: string): { files: number; bytes: number } {
  let files = 0;
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    files += 1;
    bytes += statSync(join(entry.parentPath, entry.name)).blocks * 512;
  }
  return { files, bytes };
}
