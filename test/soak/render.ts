/** The published files against a fresh full render, made by the command that an operator would use. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../../db/transaction.ts';
import { runCli } from '../server/daymark.ts';
import { quiet } from './turns.ts';
import { fault, PUBLIC_URL, type World } from './world.ts';

/** A page that a revision leaves as it is tells the number and the time of the one that made it. */
const REVISION = / data-revision="\d+"|Published <time[^>]*>[^<]*<\/time>, <time[^>]*>[^<]*<\/time>/g;

function treeOf(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || /\.(br|gz|daymark-new)$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1), readFileSync(path, 'latin1').replaceAll(REVISION, ''));
  }
  return files;
}

/** What tells how far the day has come, or when it was published; the reference shows such an answer too. */
const OF_THE_MOMENT = new Set([
  ...['revision.json', 'index.html', 'docs/index.html'],
  ...['api/v1/uptime.json', 'api/v1/uptime.csv'],
]);

/** @returns how many files were compared */
export async function judgeRender(world: World, store: Store): Promise<number> {
  const { dataDir } = world.daymark;
  const folder = join(dataDir, 'site/p');
  const before = treeOf(folder);
  const { code, stderr } = await runCli(['publish', '--all'], {
    ...world.clock.env,
    DATA_DIR: dataDir,
    PUBLIC_URL,
  });
  if (code !== 0) fault(world, `publish --all ended with ${code}: ${stderr.slice(-500)}`);
  await quiet(world, store);
  const after = treeOf(folder);
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const file = path.slice(path.indexOf('/') + 1);
    if (before.get(path) === after.get(path) || OF_THE_MOMENT.has(file)) continue;
    const what = whatDiffers(before.get(path), after.get(path));
    fault(world, `a full render differs: ${path} ${what}`);
  }
  return after.size;
}

function whatDiffers(before: string | undefined, after: string | undefined): string {
  if (before === undefined) return 'was missing';
  if (after === undefined) return 'should not be there';
  let at = 0;
  while (before[at] === after[at]) at++;
  const around = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 60), at + 60));
  return `said ${around(before)} in place of ${around(after)}`;
}
