/** The published folder of a server that is shot at. */
import { createHash } from 'node:crypto';
import { globSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Daymark } from '../server/daymark.ts';

const LOOK_MS = 50;
/** So many looks in a row must show the same: what is made again in the background has no end of its own to wait for. */
const CALM_LOOKS = 3;
const MOST_LOOKS = 2_000;

/** Waits until all that changed is published. @returns the files of the folder in one text: names, sizes, ages and places on disk */
export async function siteAtRest(daymark: Daymark): Promise<string> {
  let before = '';
  let calm = 0;
  let said = '';
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const { body, text } = await daymark.api('GET', '/readyz');
    said = text;
    const behind = (body as { pages_behind?: number | null }).pages_behind ?? 0;
    const now = behind > 0 ? '' : filesOf(join(daymark.dataDir, 'site'));
    calm = now !== '' && now === before ? calm + 1 : 0;
    if (calm >= CALM_LOOKS) return now;
    before = now;
    await pause(LOOK_MS);
  }
  throw new Error(`the published folder does not come to rest; the server says ${said}`);
}

/**
 * True when the published files are others after this was done. It is done again then: what time alone has changed, like
 * an hour that passed while something is down, does not change twice.
 */
export async function changesFiles(daymark: Daymark, work: () => Promise<void>): Promise<boolean> {
  for (let times = 0; times < 2; times++) {
    const before = await siteAtRest(daymark);
    await work();
    if ((await siteAtRest(daymark)) === before) return false;
  }
  return true;
}

/** Empty while files come and go. */
function filesOf(root: string): string {
  const hash = createHash('sha256');
  for (const path of globSync('**', { cwd: root }).sort()) {
    const file = lstatSync(join(root, path), { throwIfNoEntry: false });
    // Gone since it was listed: not at rest.
    if (!file) return '';
    // What is in a folder is told by its files.
    hash.update(`${path}\n${file.isDirectory() ? 'folder' : [file.size, file.mtimeMs, file.ino].join()}\n`);
  }
  return hash.digest('hex');
}
