import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

/**
 * Runs in a thread of its own: reads a page's published files again and again, as a web server would, and reports each
 * file that is not whole, each that vanished, and each revision that is lower than one seen before.
 */
export interface Finding {
  kind: 'torn' | 'vanished' | 'backward';
  detail: string;
}

export type ReaderMessage = { finding: Finding } | { reads: number };

const { folder } = workerData as { folder: string };
const PAUSE_MS = 1;
const REPORT_EVERY = 200;
const seen = new Set<string>();
const still = new Int32Array(new SharedArrayBuffer(4));
let revision = 0;
let reads = 0;

const whole = {
  html: (text: string) => text.trimEnd().endsWith('</html>') && /^<!doctype html>/i.test(text),
  json: (text: string) => {
    JSON.parse(text);
    return true;
  },
};

const FILES: [string, (text: string) => boolean][] = [
  ['index.html', whole.html],
  ['api/v1/status.json', whole.json],
  ['api/v1/components.json', whole.json],
  ['api/v1/incidents.json', whole.json],
  ['history/index.html', whole.html],
];
const ENCODINGS: [string, (bytes: Buffer) => Buffer][] = [
  ['', (bytes) => bytes],
  ['.br', (bytes) => brotliDecompressSync(bytes)],
  ['.gz', (bytes) => gunzipSync(bytes)],
];

function report(finding: Finding): void {
  parentPort?.postMessage({ finding } satisfies ReaderMessage);
}

function read(name: string): Buffer | null {
  try {
    const bytes = readFileSync(join(folder, name));
    seen.add(name);
    reads += 1;
    return bytes;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    if (seen.has(name)) report({ kind: 'vanished', detail: name });
    return null;
  }
}

function check(name: string, isWhole: (text: string) => boolean): void {
  for (const [suffix, decode] of ENCODINGS) {
    const bytes = read(name + suffix);
    if (bytes === null) continue;
    try {
      if (isWhole(decode(bytes).toString('utf8'))) continue;
      report({ kind: 'torn', detail: `${name}${suffix}, ${bytes.length} bytes` });
    } catch (error) {
      report({ kind: 'torn', detail: `${name}${suffix}, ${bytes.length} bytes: ${String(error)}` });
    }
  }
}

function checkRevision(): void {
  const bytes = read('revision.json');
  if (bytes === null) return;
  try {
    const found = (JSON.parse(bytes.toString('utf8')) as { revision: number }).revision;
    if (found < revision) report({ kind: 'backward', detail: `revision ${found} after ${revision}` });
    revision = Math.max(revision, found);
  } catch (error) {
    report({ kind: 'torn', detail: `revision.json, ${bytes.length} bytes: ${String(error)}` });
  }
}

let rounds = 0;
for (;;) {
  for (const [name, isWhole] of FILES) {
    check(name, isWhole);
    checkRevision();
  }
  rounds += 1;
  if (rounds % REPORT_EVERY === 0) parentPort?.postMessage({ reads } satisfies ReaderMessage);
  Atomics.wait(still, 0, 0, PAUSE_MS);
}
