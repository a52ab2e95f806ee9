/**
 * A folder as a target. What holds here:
 *
 * 1. A file is replaced by rename: a reader has the old one or the new one, whole.
 * 2. `.br` and `.gz` are renamed right beside it, and all of them get an mtime at least one whole second after that of
 *    the file they replace: nginx makes its ETag of second and size.
 * 3. What `write` resolved for is on disk.
 */
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encode } from './encodings.ts';
import type { OutFile, RevisionMark, Target } from './target.ts';

/** Files in the making lie beside their place; a crash may leave some, which the next write of the file takes over. */
const IN_THE_MAKING = '.daymark-new';
const AT_ONCE = 4;
/** Where a page that moved says so. */
export const MOVED_FILE = 'moved.json';
const ORIGIN_FILE = '.database';

/** A folder `{root}/p/{slug}/` for each page. */
export class FolderTarget implements Target {
  readonly name: string;

  constructor(
    readonly root: string,
    private readonly now: () => number,
  ) {
    this.name = `file:${root}`;
  }

  async revisionOf(slug: string): Promise<RevisionMark | null> {
    try {
      return JSON.parse(await readFile(join(this.#page(slug), 'revision.json'), 'utf8')) as RevisionMark;
    } catch (error) {
      if (isMissing(error) || error instanceof SyntaxError) return null;
      throw error;
    }
  }

  async write(slug: string, files: readonly OutFile[]): Promise<string[]> {
    const replaced: string[] = [];
    const folders = new Set<string>();
    const queue = [...files];
    const work = async () => {
      for (let file = queue.shift(); file; file = queue.shift()) {
        const path = join(this.#page(slug), file.path);
        if (!(await replaceIfDifferent(path, file.body, this.now()))) continue;
        replaced.push(file.path);
        folders.add(dirname(path));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await Promise.all([...folders].map(syncFolder));
    return replaced;
  }

  async remove(slug: string, paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const file = join(this.#page(slug), path);
      await Promise.all([file, `${file}.br`, `${file}.gz`].map((each) => rm(each, { force: true })));
      if (path.endsWith('/index.html')) await rm(dirname(file), { recursive: true, force: true });
    }
  }

  async list(slug: string, folder: string): Promise<string[]> {
    try {
      const entries = await readdir(join(this.#page(slug), folder), { recursive: true, withFileTypes: true });
      const base = this.#page(slug).length + 1;
      return entries
        .filter((entry) => entry.isFile() && !/\.(br|gz|daymark-new)$/.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name).slice(base));
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  async removePage(slug: string): Promise<void> {
    await rm(join(this.#page(slug), 'revision.json'), { force: true });
    await rm(this.#page(slug), { recursive: true, force: true });
  }

  async leadOn(slug: string, page: OutFile, url: string): Promise<void> {
    const marker = { path: MOVED_FILE, body: Buffer.from(`${JSON.stringify({ url })}\n`) };
    const there = await this.list(slug, '.');
    await rm(join(this.#page(slug), 'revision.json'), { force: true });
    await this.write(slug, [marker, page]);
    await this.remove(
      slug,
      there.filter((path) => path !== marker.path && path !== page.path),
    );
  }

  async origin(): Promise<string | null> {
    return readFile(join(this.root, ORIGIN_FILE), 'utf8').then(
      (text) => text.trim(),
      () => null,
    );
  }

  async setOrigin(id: string): Promise<void> {
    await mkdir(this.root, { recursive: true });
    await writeNew(join(this.root, ORIGIN_FILE), Buffer.from(`${id}\n`), Math.floor(this.now() / 1000));
    await rename(join(this.root, ORIGIN_FILE + IN_THE_MAKING), join(this.root, ORIGIN_FILE));
  }

  async slugs(): Promise<string[]> {
    try {
      return await readdir(join(this.root, 'p'));
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  #page(slug: string): string {
    return join(this.root, 'p', slug);
  }
}

async function replaceIfDifferent(path: string, body: Buffer, now: number): Promise<boolean> {
  const old = await previous(path);
  if (old && old.size === body.length && body.equals(await readFile(path))) return false;
  const { br, gz } = await encode(path, body);
  const second = Math.max(Math.floor(now / 1000), old ? Math.floor(old.mtimeMs / 1000) + 1 : 0);
  if (!old) await mkdir(dirname(path), { recursive: true });
  await Promise.all([
    writeNew(path, body, second),
    br && writeNew(`${path}.br`, br, second),
    gz && writeNew(`${path}.gz`, gz, second),
  ]);
  // Encodings first: where one is gone a server falls back to the file itself, which is still the old one, whole.
  if (br) await rename(`${path}.br${IN_THE_MAKING}`, `${path}.br`);
  else if (old) await rm(`${path}.br`, { force: true });
  if (gz) await rename(`${path}.gz${IN_THE_MAKING}`, `${path}.gz`);
  else if (old) await rm(`${path}.gz`, { force: true });
  await rename(path + IN_THE_MAKING, path);
  return true;
}

async function writeNew(path: string, body: Buffer, second: number): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC;
  const name = path + IN_THE_MAKING;
  let file: FileHandle | null = null;
  try {
    file = await open(name, flags, 0o644);
    await file.writeFile(body);
    await file.utimes(second, second);
    await file.sync();
  } catch (error) {
    // A full disk must not stay full of halves.
    await unlink(name).catch(() => undefined);
    throw error;
  } finally {
    await file?.close();
  }
}

async function previous(path: string): Promise<{ size: number; mtimeMs: number } | null> {
  try {
    return await stat(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
