/**
 * A bucket as a target, as a CDN reads it. What holds here:
 *
 * 1. Only what differs is sent: what lies there is known by its MD5, which a listing tells, and is listed once.
 * 2. `revision.json` is written on the condition that it is still what was found there: of two publishers one fails.
 * 3. After an answer that says nothing (5xx, none) the store is asked what it holds before anything else is believed.
 */
import { createHash } from 'node:crypto';
import { accepted, type Bucket, bareTag, S3Client, S3Error } from './s3-client.ts';
import {
  assertNotOvertaken,
  movedMarker,
  type OutFile,
  OvertakenError,
  REVISION_FILE,
  type RevisionMark,
  type Target,
  type Written,
} from './target.ts';

const ORIGIN_KEY = '.database';
/** Of so many keys the MD5 stays in memory: some 20 MB. */
const MOST_KEYS = 100_000;

/** How a file is stored. */
export interface Stored {
  /** Below the page's root. */
  key: string;
  contentType: string;
  cacheControl: string;
}

export interface S3Options extends Bucket {
  name: string;
  /** Before every key, without slashes at its ends; may be empty. */
  prefix: string;
  storedAs(path: string): Stored;
  /** The file that a key stands for. */
  pathOf(key: string): string;
  /** Asked right before each write leaves. @throws when this process may not write any more */
  mayWrite(): void;
}

interface FoundMark {
  mark: RevisionMark | null;
  /** With its quotes; null when there is none. */
  etag: string | null;
}

export class S3Target implements Target {
  readonly name: string;
  readonly inOrder = true;
  readonly #client: S3Client;
  readonly #prefix: string;
  /** MD5 of what lies at each key of a page, below its root. */
  readonly #known = new Map<string, Map<string, string>>();
  readonly #marks = new Map<string, FoundMark>();
  /** Some stores compare `If-Match` with their ETag as it stands, some without its quotes. */
  #quoted = true;

  constructor(private readonly options: S3Options) {
    this.name = options.name;
    this.#client = new S3Client(options, () => options.mayWrite());
    this.#prefix = options.prefix === '' ? '' : `${options.prefix}/`;
  }

  async revisionOf(slug: string): Promise<RevisionMark | null> {
    const answer = await this.#client.get(this.#keyOf(slug, REVISION_FILE));
    const found = { mark: answer && parsed(answer.body), etag: answer?.etag ?? null };
    this.#marks.set(slug, found);
    return found.mark;
  }

  async write(
    slug: string,
    files: AsyncIterable<OutFile> | Iterable<OutFile>,
    written: Written = () => undefined,
  ): Promise<void> {
    const known = await this.#keysOf(slug);
    const writes: Promise<void>[] = [];
    for await (const file of files) {
      const write = this.#write(slug, file, known).then((differed) =>
        written([file], differed ? [file.path] : []),
      );
      // Rejections are collected below, after the last file: until then they must not count as unhandled.
      write.catch(() => undefined);
      writes.push(write);
    }
    await Promise.all(writes);
  }

  async mark(slug: string, mark: RevisionMark, body: Buffer): Promise<void> {
    if (!this.#marks.has(slug)) await this.revisionOf(slug);
    const found = this.#marks.get(slug)!;
    assertNotOvertaken(this.name, found.mark, mark);
    // Whatever comes of it, what was found does not lie there any more for sure.
    this.#marks.delete(slug);
    const etag = await this.#putMark(slug, body, found);
    this.#marks.set(slug, { mark, etag });
    (await this.#keysOf(slug)).set(this.options.storedAs(REVISION_FILE).key, md5(body));
  }

  async remove(slug: string, paths: readonly string[]): Promise<void> {
    const known = await this.#keysOf(slug);
    await Promise.all(
      paths.map(async (path) => {
        const { key } = this.options.storedAs(path);
        if (!known.has(key)) return;
        await this.#client.delete(this.#keyOf(slug, key));
        known.delete(key);
      }),
    );
  }

  async list(slug: string, folder: string): Promise<string[]> {
    const keys = [...(await this.#keysOf(slug)).keys()];
    const within = folder === '.' ? keys : keys.filter((key) => key.startsWith(`${folder}/`));
    return within.map((key) => this.options.pathOf(key));
  }

  async removePage(slug: string): Promise<void> {
    this.#known.delete(slug);
    await this.remove(slug, [REVISION_FILE]);
    this.#marks.delete(slug);
    await this.remove(slug, await this.list(slug, '.'));
    this.#known.delete(slug);
  }

  async leadOn(slug: string, page: OutFile, url: string): Promise<void> {
    const marker = movedMarker(url);
    await this.remove(slug, [REVISION_FILE]);
    this.#marks.delete(slug);
    await this.write(slug, [marker, page]);
    const stays = new Set([marker.path, page.path]);
    await this.remove(
      slug,
      (await this.list(slug, '.')).filter((path) => !stays.has(path)),
    );
  }

  async origin(): Promise<string | null> {
    const answer = await this.#client.get(this.#prefix + ORIGIN_KEY);
    return answer ? answer.body.toString('utf8').trim() : null;
  }

  async setOrigin(id: string): Promise<void> {
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    const answer = await this.#client.put(this.#prefix + ORIGIN_KEY, Buffer.from(`${id}\n`), headers);
    accepted(answer, 'PUT', ORIGIN_KEY);
  }

  async slugs(): Promise<string[]> {
    const below = `${this.#prefix}p/`;
    const { folders } = await this.#client.list(below, '/');
    return folders.map((folder) => folder.slice(below.length, -1));
  }

  forget(): void {
    this.#known.clear();
    this.#marks.clear();
  }

  /** @returns false when it lay there already */
  async #write(slug: string, { path, body }: OutFile, known: Map<string, string>): Promise<boolean> {
    const { key, ...headers } = this.options.storedAs(path);
    const digest = md5(body);
    if (known.get(key) === digest) return false;
    // Until the answer nobody knows which of the two lies there.
    known.set(key, '');
    accepted(await this.#client.put(this.#keyOf(slug, key), body, asHeaders(headers)), 'PUT', key);
    known.set(key, digest);
    return true;
  }

  #keyOf(slug: string, key: string): string {
    return `${this.#prefix}p/${slug}/${key}`;
  }

  async #keysOf(slug: string): Promise<Map<string, string>> {
    const before = this.#known.get(slug);
    if (before) return before;
    const root = this.#keyOf(slug, '');
    const { keys } = await this.#client.list(root);
    const known =
      this.#known.get(slug) ?? new Map(keys.map(({ key, etag }) => [key.slice(root.length), etag]));
    this.#known.set(slug, known);
    this.#shrink(slug);
    return known;
  }

  #shrink(keep: string): void {
    let size = 0;
    for (const keys of this.#known.values()) size += keys.size;
    for (const [slug, keys] of this.#known) {
      if (size <= MOST_KEYS) return;
      if (slug === keep) continue;
      this.#known.delete(slug);
      size -= keys.size;
    }
  }

  /** @returns the new ETag */
  async #putMark(slug: string, body: Buffer, found: FoundMark): Promise<string> {
    const { key, ...stored } = this.options.storedAs(REVISION_FILE);
    const condition = (): Record<string, string> =>
      found.etag === null
        ? { 'if-none-match': '*' }
        : { 'if-match': this.#quoted ? found.etag : bareTag(found.etag) };
    const put = () =>
      this.#client.put(this.#keyOf(slug, key), body, { ...asHeaders(stored), ...condition() });
    let answer = await put().catch(unanswered);
    if (answer && answer.status < 300) return answer.etag ?? `"${md5(body)}"`;
    if (answer && ![404, 409, 412].includes(answer.status) && answer.status < 500)
      accepted(answer, 'PUT', key);
    let there = await this.#client.get(this.#keyOf(slug, key));
    const unchanged = () => (there?.etag ?? null) === found.etag;
    if (answer?.status === 412 && found.etag !== null && unchanged()) {
      this.#quoted = !this.#quoted;
      answer = await put().catch(unanswered);
      if (answer && answer.status < 300) return answer.etag ?? `"${md5(body)}"`;
      there = await this.#client.get(this.#keyOf(slug, key));
    }
    if (there?.body.equals(body)) return there.etag ?? `"${md5(body)}"`;
    if (!unchanged()) {
      this.#known.delete(slug);
      throw new OvertakenError(`Another publisher has written ${key} of ${slug} at ${this.name}.`);
    }
    if (answer) accepted(answer, 'PUT', key);
    throw new S3Error(`PUT ${key}: no answer`, 0);
  }
}

function unanswered(error: unknown): null {
  if (error instanceof S3Error && error.status === 0) return null;
  throw error;
}

function asHeaders({ contentType, cacheControl }: Omit<Stored, 'key'>): Record<string, string> {
  return { 'content-type': contentType, 'cache-control': cacheControl };
}

function md5(body: Buffer): string {
  return createHash('md5').update(body).digest('hex');
}

function parsed(body: Buffer): RevisionMark | null {
  try {
    return JSON.parse(body.toString('utf8')) as RevisionMark;
  } catch {
    return null;
  }
}
