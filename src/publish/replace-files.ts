/**
 * Replaces published files. What holds here:
 *
 * 1. A file is replaced by rename: a reader has the old one or the new one, whole.
 * 2. `.br` and `.gz` are renamed right before it. All three carry the same mtime, at least one whole second after that of
 *    the file they replace (nginx makes its ETag of second and size); where a crash left them apart, the mtimes tell.
 * 3. Only compressing, fsync and giving up what was replaced leave this thread: every other step is the kernel's memory, and
 *    each time this thread is given up a stream of requests may come in between.
 * 4. Files are made together, and only then forced to disk: while a file system does the latter, whoever makes one waits.
 */
import {
  close,
  closeSync,
  fsync,
  futimesSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { type Encoded, encode, isEncoded } from './encodings.ts';
import { giveBack } from './give-back.ts';
import { givingWay } from './giving-way.ts';

const sync = promisify(fsync);

/** What lies there is compared through this: a buffer for each file would wait for the collector. */
const COMPARED = Buffer.allocUnsafeSlow(64 * 1024);

/** Files in the making lie beside their place; a crash may leave some, which the next write of the file takes over. */
const IN_THE_MAKING = '.daymark-new';

const ENCODINGS = ['br', 'gz'] as const;

/** A file that is to be replaced. */
export interface Ready {
  path: string;
  body: Buffer;
  /** What it says in its encodings, which may still be in the making; null where there are none. */
  encoded: Promise<Encoded> | null;
  /** Of the time of the file that lies there: seconds; null when none does. */
  replaces: number | null;
}

/** Compares a file with what it is to say, and begins to compress that. @returns null when it says so already */
export function makeReady(path: string, body: Buffer): Ready | null {
  const old = statSync(path, { throwIfNoEntry: false });
  if (old && isSame(path, old, body)) return null;
  const encoded = encode(path, body);
  // Whoever replaces the file gets to know of a rejection: until then it must not count as unhandled.
  encoded?.catch(() => undefined);
  return { path, body, encoded, replaces: old ? secondOf(old) : null };
}

/**
 * Makes files say what they are to say; resolves when that is on disk but for their names (`syncFolder`). While the last of
 * them are compressed the files are made.
 *
 * @param now milliseconds
 */
export async function replaceFiles(files: readonly Ready[], now: number): Promise<void> {
  const making: Making[] = [];
  const giveWay = givingWay();
  try {
    for (const file of files) {
      begin(file, now, making);
      await giveWay();
    }
    for (const one of making) if (one.encoding) fill(one, (await one.ready.encoded!)[one.encoding]);
    const synced = await Promise.allSettled(making.map(({ file }) => sync(file)));
    for (const one of synced) if (one.status === 'rejected') throw one.reason;
  } catch (error) {
    // A full disk must not stay full of halves.
    for (const { name } of making) rmSync(name, { force: true });
    throw error;
  } finally {
    for (const { file } of making) closeSync(file);
  }
  for (const { path, encoded } of files) {
    // Encodings first: where one is gone a server falls back to the file itself, which is still the old one, whole.
    for (const encoding of ENCODINGS) put(`${path}.${encoding}`, encoded !== null);
    put(path, true);
    for (const bytes of Object.values((await encoded) ?? {})) giveBack(bytes);
    await giveWay();
  }
}

/** Forces the names in a folder to disk. */
export async function syncFolder(path: string): Promise<void> {
  const folder = openSync(path, 'r');
  try {
    await sync(folder);
  } finally {
    closeSync(folder);
  }
}

function isSame(path: string, old: Stats, body: Buffer): boolean {
  if (old.size !== body.length || !says(path, body)) return false;
  const encoded = isEncoded(path, body);
  return ENCODINGS.every((encoding) => {
    const beside = statSync(`${path}.${encoding}`, { throwIfNoEntry: false });
    return encoded ? beside !== undefined && secondOf(beside) === secondOf(old) : beside === undefined;
  });
}

function says(path: string, body: Buffer): boolean {
  const file = openSync(path, 'r');
  try {
    for (let place = 0; place < body.length; ) {
      const read = readSync(file, COMPARED);
      if (read === 0 || COMPARED.compare(body, place, place + read, 0, read) !== 0) return false;
      place += read;
    }
    return true;
  } finally {
    closeSync(file);
  }
}

function secondOf(stats: Stats): number {
  return Math.floor(stats.mtimeMs / 1000);
}

function put(path: string, wanted: boolean): void {
  if (!wanted) {
    rmSync(path, { force: true });
    return;
  }
  const old = hold(path);
  try {
    renameSync(path + IN_THE_MAKING, path);
  } finally {
    if (old !== null) letGo(old);
  }
}

/**
 * Keeps a file in being whose name is about to go: to free what it took of the disk is most of the work of a rename, and
 * none that a reader of the new file has to wait for.
 */
function hold(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch {
    return null;
  }
}

/** Files that were replaced, and are given up together in a moment. */
let held: number[] = [];
const HELD_MS = 20;
const MOST_HELD = 128;

function letGo(file: number): void {
  held.push(file);
  if (held.length === 1) setTimeout(letAllGo, HELD_MS);
  if (held.length >= MOST_HELD) letAllGo();
}

function letAllGo(): void {
  for (const file of held) close(file, () => undefined);
  held = [];
}

interface Making {
  ready: Ready;
  encoding: keyof Encoded | null;
  name: string;
  file: number;
  /** Of its time: seconds. */
  second: number;
}

/** Makes the new file, and those of its encodings, which are empty until there is something to fill them with. */
function begin(ready: Ready, now: number, making: Making[]): void {
  const { path, body, encoded, replaces } = ready;
  const second = Math.max(Math.floor(now / 1000), replaces === null ? 0 : replaces + 1);
  if (replaces === null) mkdirSync(dirname(path), { recursive: true });
  for (const encoding of [null, ...(encoded ? ENCODINGS : [])]) {
    const name = path + (encoding ? `.${encoding}` : '') + IN_THE_MAKING;
    const one = { ready, encoding, name, file: openSync(name, 'w', 0o644), second };
    making.push(one);
    if (!encoding) fill(one, body);
  }
}

function fill({ file, second }: Making, bytes: Buffer): void {
  writeFileSync(file, bytes);
  futimesSync(file, second, second);
}
