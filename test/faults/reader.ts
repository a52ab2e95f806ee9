import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { BEACON } from './beacon.ts';

/**
 * Runs in a thread of its own: reads a page's published files again and again, as a web server would, and reports each
 * file that is not whole, each that vanished, and each that is older than what was seen before. What the beacon says in
 * them, beside which revision, is reported too: whether that agrees is judged when all answers are known.
 */
export interface Finding {
  kind: 'torn' | 'backward';
  detail: string;
}

/** A file that says `beacon`, read after `revision.json` spoke of `revision`. */
export interface Sighting {
  file: string;
  beacon: number;
  revision: number;
  /** The revision that the file itself says it is of. */
  own: number | null;
}

export type ReaderMessage = { finding: Finding } | { sighting: Sighting } | { reads: number };

const { folder } = workerData as { folder: string };
/** So often it is looked whether anything was replaced; if not, all is read again only so often. */
const LOOK_MS = 4;
const IDLE_MS = 500;
const REPORT_EVERY = 20;
const WATCHED = ['index.html', 'index.html.br', 'api/v1/components.json', 'revision.json'];
const OWN = /<html[^>]* data-revision="(\d+)"/;
const seen = new Set<string>();
const newest = new Map<string, number>();
const sighted = new Map<string, string>();
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

function tell(message: ReaderMessage): void {
  parentPort?.postMessage(message);
}

function read(name: string): Buffer | null {
  try {
    const bytes = readFileSync(join(folder, name));
    seen.add(name);
    reads += 1;
    return bytes;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    // A file that has become too small to be worth it loses its encodings.
    if (seen.has(name) && !/\.(br|gz)$/.test(name))
      tell({ finding: { kind: 'torn', detail: `${name} vanished` } });
    return null;
  }
}

function check(name: string, isWhole: (text: string) => boolean): void {
  for (const [suffix, decode] of ENCODINGS) {
    const spoken = revision;
    const bytes = read(name + suffix);
    if (bytes === null) continue;
    try {
      const text = decode(bytes).toString('utf8');
      if (isWhole(text)) sight(name + suffix, text, spoken);
      else tell({ finding: { kind: 'torn', detail: `${name}${suffix}, ${bytes.length} bytes` } });
    } catch (error) {
      tell({
        finding: { kind: 'torn', detail: `${name}${suffix}, ${bytes.length} bytes: ${String(error)}` },
      });
    }
  }
}

/** @param spoken what `revision.json` spoke of before the file was read */
function sight(file: string, text: string, spoken: number): void {
  const own = OWN.exec(text)?.[1];
  const said = BEACON.exec(text)?.[1];
  notOlder(`${file}'s revision`, own);
  notOlder(`${file}'s beacon`, said);
  if (said === undefined) return;
  const sighting = {
    ...{ file, beacon: Number(said), revision: spoken },
    own: own === undefined ? null : Number(own),
  };
  const key = JSON.stringify(sighting);
  if (sighted.get(file) === key) return;
  sighted.set(file, key);
  tell({ sighting });
}

function notOlder(what: string, found: string | undefined): void {
  if (found === undefined) return;
  const before = newest.get(what) ?? 0;
  if (Number(found) < before)
    tell({ finding: { kind: 'backward', detail: `${what} is ${found} after ${before}` } });
  newest.set(what, Math.max(before, Number(found)));
}

function checkRevision(): void {
  const bytes = read('revision.json');
  if (bytes === null) return;
  try {
    const found = (JSON.parse(bytes.toString('utf8')) as { revision: number }).revision;
    notOlder('revision.json', String(found));
    revision = Math.max(revision, found);
  } catch (error) {
    tell({ finding: { kind: 'torn', detail: `revision.json, ${bytes.length} bytes: ${String(error)}` } });
  }
}

/** Changes with each replacement of what every publish replaces. */
function stamp(): string {
  const stats = WATCHED.map((name) => statSync(join(folder, name), { throwIfNoEntry: false }));
  return stats.map((one) => `${one?.ino} ${one?.mtimeMs}`).join();
}

let last = '';
let lastAt = 0;
for (let rounds = 1; ; rounds += 1) {
  for (let now = stamp(); now === last && performance.now() - lastAt < IDLE_MS; now = stamp())
    Atomics.wait(still, 0, 0, LOOK_MS);
  last = stamp();
  lastAt = performance.now();
  for (const [name, isWhole] of FILES) {
    checkRevision();
    check(name, isWhole);
  }
  if (rounds % REPORT_EVERY === 0) tell({ reads });
}
