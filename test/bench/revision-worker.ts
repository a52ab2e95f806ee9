import { readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { clock } from '../server/http.ts';

/** Runs in a thread of its own: reports each revision that appears in a page's folder, with the time it was seen. */
const { folder } = workerData as { folder: string };
/** The system reports each replaced file; the slow look besides is for a report that got lost. */
const LOOK_MS = 500;
let last = 0;

function look(): void {
  const at = clock();
  const revision = read();
  if (revision <= last) return;
  last = revision;
  parentPort?.postMessage({ revision, at });
}

function read(): number {
  try {
    return (JSON.parse(readFileSync(join(folder, 'revision.json'), 'utf8')) as { revision: number }).revision;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

watch(folder, (_event, name) => {
  if (name === null || name === 'revision.json') look();
});
setInterval(look, LOOK_MS);
look();
