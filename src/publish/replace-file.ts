/**
 * Replaces one published file. What holds here:
 *
 * 1. A file is replaced by rename: a reader has the old one or the new one, whole.
 * 2. `.br` and `.gz` are renamed right before it. All three carry the same mtime, at least one whole second after that of
 *    the file they replace (nginx makes its ETag of second and size); where a crash left them apart, the mtimes tell.
 * 3. Only compressing, fsync and giving up what was replaced leave this thread: every other step is the kernel's memory, and
 *    each time this thread is given up a stream of requests may come in between.
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
import { encode, isEncoded } from './encodings.ts';
import { giveBack } from './give-back.ts';

const sync = promisify(fsync);

/** What lies there is compared through this: a buffer for each file would wait for the collector. */
const COMPARED = Buffer.allocUnsafeSlow(64 * 1024);

/** Files in the making lie beside their place; a crash may leave some, which the next write of the file takes over. */
const IN_THE_MAKING = '.daymark-new';

/**
 * Makes a file say this, whatever it said; resolves when that is on disk but for its name (`syncFolder`).
 *
 * @param now milliseconds
 * @returns false when it said so already
 */
export async function replaceFile(path: string, body: Buffer, now: number): Promise<boolean> {
  const old = statSync(path, { throwIfNoEntry: false });
  if (old && isSame(path, old, body)) return false;
  const { br, gz } = await encode(path, body);
  const second = Math.max(Math.floor(now / 1000), old ? secondOf(old) + 1 : 0);
  if (!old) mkdirSync(dirname(path), { recursive: true });
  await Promise.all([
    writeNew(path, body, second),
    br && writeNew(`${path}.br`, br, second),
    gz && writeNew(`${path}.gz`, gz, second),
  ]);
  for (const encoded of [br, gz]) if (encoded) giveBack(encoded);
  // Encodings first: where one is gone a server falls back to the file itself, which is still the old one, whole.
  put(`${path}.br`, br !== null);
  put(`${path}.gz`, gz !== null);
  put(path, true);
  return true;
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
  return ['.br', '.gz'].every((suffix) => {
    const beside = statSync(path + suffix, { throwIfNoEntry: false });
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

async function writeNew(path: string, body: Buffer, second: number): Promise<void> {
  const name = path + IN_THE_MAKING;
  let file: number | null = null;
  try {
    file = openSync(name, 'w', 0o644);
    writeFileSync(file, body);
    futimesSync(file, second, second);
    await sync(file);
  } catch (error) {
    // A full disk must not stay full of halves.
    rmSync(name, { force: true });
    throw error;
  } finally {
    if (file !== null) closeSync(file);
  }
}
