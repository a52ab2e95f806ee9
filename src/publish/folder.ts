/** A folder as a target, as a web server reads it. */
import { readFileSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeReady, type Ready, replaceFiles, syncFolder } from './replace-files.ts';
import {
  assertNotOvertaken,
  movedMarker,
  type OutFile,
  REVISION_FILE,
  type RevisionMark,
  type Target,
  type Written,
} from './target.ts';

/** So much is put into its place together. */
const MOST_FILES = 64;
const MOST_BYTES = 4 * 1024 * 1024;

const ORIGIN_FILE = '.database';

/** A folder `{root}/p/{slug}/` for each page. */
export class FolderTarget implements Target {
  readonly name: string;
  /** Each file is replaced by itself, within a few milliseconds of all others. */
  readonly inOrder = false;

  /** @param mayWrite asked right before each write; throws when this process may not write any more */
  constructor(
    readonly root: string,
    private readonly now: () => number,
    private readonly mayWrite: () => void = () => undefined,
  ) {
    this.name = `file:${root}`;
  }

  async revisionOf(slug: string): Promise<RevisionMark | null> {
    return this.#markIn(slug);
  }

  async write(
    slug: string,
    files: AsyncIterable<OutFile> | Iterable<OutFile>,
    written: Written = () => undefined,
  ): Promise<void> {
    let group: OutFile[] = [];
    let ready: (Ready | null)[] = [];
    let bytes = 0;
    const put = async () => {
      written(group, await this.#put(slug, group, ready));
      [group, ready, bytes] = [[], [], 0];
    };
    for await (const file of files) {
      group.push(file);
      ready.push(makeReady(this.#path(slug, file.path), file.body));
      bytes += file.body.length;
      if (bytes > MOST_BYTES || group.length >= MOST_FILES) await put();
    }
    await put();
  }

  async mark(slug: string, mark: RevisionMark, body: Buffer): Promise<void> {
    assertNotOvertaken(this.name, this.#markIn(slug), mark);
    await this.write(slug, [{ path: REVISION_FILE, body }]);
  }

  async remove(slug: string, paths: readonly string[]): Promise<void> {
    this.mayWrite();
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
    this.mayWrite();
    await rm(join(this.#page(slug), REVISION_FILE), { force: true });
    await rm(this.#page(slug), { recursive: true, force: true });
  }

  async leadOn(slug: string, page: OutFile, url: string): Promise<void> {
    const marker = movedMarker(url);
    const there = await this.list(slug, '.');
    this.mayWrite();
    await rm(join(this.#page(slug), REVISION_FILE), { force: true });
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
    const ready = makeReady(join(this.root, ORIGIN_FILE), Buffer.from(`${id}\n`));
    if (ready) await replaceFiles([ready], this.now());
    await syncFolder(this.root);
  }

  async slugs(): Promise<string[]> {
    try {
      return await readdir(join(this.root, 'p'));
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  forget(): void {
    // Nothing is remembered: the folder itself is looked at each time.
  }

  /** @returns paths of files that differed */
  async #put(slug: string, files: readonly OutFile[], ready: readonly (Ready | null)[]): Promise<string[]> {
    this.mayWrite();
    const differing = files.filter((_, index) => ready[index] !== null);
    await replaceFiles(
      ready.filter((one) => one !== null),
      this.now(),
    );
    const folders = new Set(differing.map(({ path }) => dirname(this.#path(slug, path))));
    await Promise.all([...folders].map(syncFolder));
    return differing.map(({ path }) => path);
  }

  #path(slug: string, path: string): string {
    return join(this.#page(slug), path);
  }

  #markIn(slug: string): RevisionMark | null {
    try {
      return JSON.parse(readFileSync(join(this.#page(slug), REVISION_FILE), 'utf8')) as RevisionMark;
    } catch (error) {
      if (isMissing(error) || error instanceof SyntaxError) return null;
      throw error;
    }
  }

  #page(slug: string): string {
    return join(this.root, 'p', slug);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
