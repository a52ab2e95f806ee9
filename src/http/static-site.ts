/**
 * Answers from the published folder, the way nginx would: by Host, through the links in `hosts/`. What holds here:
 *
 * 1. Memory is bounded: files are read when asked for, in the encoding that is asked for, and the least recently used
 *    leave first. Large ones are not kept at all.
 * 2. A request for something that was served before costs two look-ups and a write.
 * 3. No database is asked.
 */
import { readFile, readlink, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { CACHE_CONTROL, type Encoding, encodingsOf, sendHead, type Variant } from './static-answer.ts';
import { readVariant, streamVariant } from './static-file.ts';
import { hostOf, type RequestTarget } from './target.ts';

const CACHE_BYTES = 64 * 1024 * 1024;
/** What a file costs besides its bytes. */
const OVERHEAD_BYTES = 1024;
const MOST_ROUTES = 50_000;
/** What is longer than any of our addresses is looked up each time: nobody fills the memory with queries. */
const LONGEST_KEPT = 400;
/** A folder that another process fills is looked at again after this. */
const FOREIGN_FRESH_MS = 100;

/** One file of one page, in the encodings that were asked for since it was replaced; null is one that is not there. */
interface Slot {
  key: string;
  slug: string;
  file: string;
  variants: Partial<Record<Encoding, Variant | null>>;
  bytes: number;
  generation: number;
  checkedAt: number;
  mtimeMs: number;
}

/** Where a request leads: the page's slug, and the path below its root. */
export interface Route {
  slug: string;
  /** Below the page's root, without a leading slash, still percent-encoded. */
  path: string;
  root: { kind: 'default' } | { kind: 'slug'; slug: string } | { kind: 'domain'; domain: string };
}

export interface StaticSiteOptions {
  /** `DATA_DIR/site` */
  root: string;
  now(): number;
  /** Further headers of a list's file, like X-Total-Count. */
  listHeaders(slug: string, path: string): Promise<Record<string, string> | null>;
}

export class StaticSite {
  readonly #slots = new Map<string, Slot>();
  readonly #routes = new Map<string, Slot>();
  #links = new Map<string, string | null>();
  #linksAt = 0;
  #bytes = 0;
  #own = false;
  readonly #withheld = new Set<string>();
  /** For /metrics. */
  readonly stats = { hits: 0, reads: 0 };

  constructor(private readonly options: StaticSiteOptions) {}

  /** From here on this process fills the folder, and tells what it replaced. */
  adopt(): void {
    this.#own = true;
  }

  /** What the folder holds of these pages is known to be of yesterday. */
  withhold(slugs: readonly string[]): void {
    for (const slug of slugs) this.#withheld.add(slug);
  }

  release(slug: string): void {
    this.#withheld.delete(slug);
  }

  /** True of a page that may not be shown as it lies there. */
  isWithheld(slug: string): boolean {
    return this.#withheld.has(slug);
  }

  /** Files of a page were replaced or taken away. */
  replaced(slug: string, files: readonly string[]): void {
    for (const file of files) {
      const slot = this.#slots.get(`${slug}/${file}`);
      if (!slot) continue;
      this.#forget(slot);
    }
  }

  /** Names lead elsewhere now, or a page is gone. */
  rerouted(): void {
    this.#routes.clear();
    this.#links.clear();
    for (const slot of this.#slots.values()) this.#forget(slot);
    this.#slots.clear();
    this.#bytes = 0;
  }

  /** Answers at once what was answered before; false when `answer` has to look. */
  answerKnown(req: IncomingMessage, res: ServerResponse): boolean {
    const slot = this.#routes.get(`${req.headers.host}\n${req.url}`);
    if (!slot || !this.#isFresh(slot)) return false;
    for (const encoding of encodingsOf(req.headers['accept-encoding'])) {
      const variant = slot.variants[encoding];
      if (variant === null) continue;
      if (!variant?.body) return false;
      this.stats.hits++;
      this.#touch(slot);
      if (!sendHead(req, res, variant)) res.end(variant.body);
      return true;
    }
    return false;
  }

  /** Which page a request is for; null when its host has none. */
  async route(hostHeader: string | undefined, target: RequestTarget): Promise<Route | null> {
    const host = hostOf(target.authority ?? hostHeader);
    const byDomain = host === '' || host.startsWith('_') ? null : await this.#link(host);
    if (byDomain)
      return { slug: byDomain, path: target.path.slice(1), root: { kind: 'domain', domain: host } };
    const below = /^\/p\/([a-z0-9][a-z0-9-]{0,62})(\/.*)?$/.exec(target.path);
    if (below)
      return { slug: below[1]!, path: (below[2] ?? '').slice(1), root: { kind: 'slug', slug: below[1]! } };
    const slug = await this.#link('_default');
    return slug ? { slug, path: target.path.slice(1), root: { kind: 'default' } } : null;
  }

  /**
   * Answers a GET or HEAD from the folder.
   *
   * @returns false when no file answers it
   */
  async answer(
    req: IncomingMessage,
    res: ServerResponse,
    target: RequestTarget,
    route: Route,
  ): Promise<boolean> {
    const movedTo = await this.#movedTo(route.slug);
    if (movedTo !== null && route.root.kind === 'slug') return leadOn(res, target, route, movedTo);
    if (movedTo !== null) {
      // The page has moved, and its other names with it: they lead to its new place by now.
      this.#links.clear();
      const slug = await this.#link(route.root.kind === 'domain' ? route.root.domain : '_default');
      return slug !== null && slug !== route.slug && this.answer(req, res, target, { ...route, slug });
    }
    const folder = /^\/p\/[^/]+$/.test(target.path) && route.root.kind === 'slug';
    const file = folder ? null : await this.#fileFor(route);
    const isFolder =
      folder ||
      // What ends in a slash is a folder's address already, whatever appeared between two looks.
      (file === null &&
        /[^/]$/.test(route.path) &&
        (await this.#exists(route.slug, `${route.path}/index.html`)));
    if (isFolder) {
      const name = target.path.slice(target.path.lastIndexOf('/') + 1);
      const query = target.query === '' ? '' : `?${target.query}`;
      res
        .writeHead(308, {
          Location: `./${name}/${query}`,
          'Cache-Control': CACHE_CONTROL,
          'Content-Length': '0',
        })
        .end();
      return true;
    }
    if (file === null) return false;
    const found = await this.#find(route, file, encodingsOf(req.headers['accept-encoding']));
    if (!found) return false;
    const { slot, encoding, variant } = found;
    if (this.#routes.size >= MOST_ROUTES) this.#routes.clear();
    const asked = `${req.headers.host}\n${req.url}`;
    if (target.authority === null && asked.length <= LONGEST_KEPT) this.#routes.set(asked, slot);
    if (variant.body) {
      if (!sendHead(req, res, variant)) res.end(variant.body);
    } else if (!(await streamVariant(this.#pathOf(slot), encoding, variant, req, res))) {
      // Replaced since its head was made.
      this.#forget(slot);
      return this.answer(req, res, target, route);
    }
    return true;
  }

  /** A page that moved leaves word where to. */
  async #movedTo(slug: string): Promise<string | null> {
    const text = await readFile(join(this.options.root, 'p', slug, 'moved.json'), 'utf8').catch(() => null);
    return text === null ? null : (JSON.parse(text) as { url: string }).url;
  }

  /** The page's own words for what is not there; null when it has none. */
  async notFound(slug: string, json: boolean): Promise<Buffer | null> {
    return readFile(join(this.options.root, 'p', slug, json ? '404.json' : '404.html')).catch(() => null);
  }

  /** Whether there is a file at this address. */
  async holds(route: Route): Promise<boolean> {
    return (await this.#fileFor(route)) !== null;
  }

  async #fileFor({ slug, path }: Route): Promise<string | null> {
    const plain = decodeURIComponent(path);
    if (plain.split('/').some((part) => part.startsWith('.')) || /\.(br|gz|daymark-new)$/.test(plain))
      return null;
    const candidates =
      plain === '' || plain.endsWith('/') ? [`${plain}index.html`] : [plain, `${plain}.json`, `${plain}.xml`];
    for (const candidate of candidates) if (await this.#exists(slug, candidate)) return candidate;
    return null;
  }

  async #exists(slug: string, file: string): Promise<boolean> {
    if (this.#slots.get(`${slug}/${file}`)?.variants.identity) return true;
    const found = await stat(join(this.options.root, 'p', slug, file)).catch(() => null);
    return found?.isFile() ?? false;
  }

  /** The file in the first of these encodings that it has; null when it is not there. */
  async #find(
    { slug, path }: Route,
    file: string,
    encodings: readonly Encoding[],
  ): Promise<{ slot: Slot; encoding: Encoding; variant: Variant } | null> {
    const key = `${slug}/${file}`;
    let slot = this.#slots.get(key);
    if (!slot) {
      slot = { key, slug, file, variants: {}, bytes: 0, generation: 0, checkedAt: 0, mtimeMs: -1 };
      this.#slots.set(key, slot);
    }
    if (!this.#isFresh(slot) && !(await this.#look(slot))) return null;
    for (const encoding of encodings) {
      const variant = await this.#load(slot, encoding, path);
      if (variant) return { slot, encoding, variant };
    }
    return null;
  }

  /** Looks whether the file is another one by now. @returns false when it is gone */
  async #look(slot: Slot): Promise<boolean> {
    const { generation } = slot;
    const mtimeMs = (await stat(this.#pathOf(slot)).catch(() => null))?.mtimeMs ?? -1;
    if (slot.generation !== generation) return this.#look(slot);
    if (mtimeMs !== slot.mtimeMs) this.#forget(slot);
    Object.assign(slot, { mtimeMs, checkedAt: this.options.now() });
    return mtimeMs >= 0;
  }

  async #load(slot: Slot, encoding: Encoding, urlPath: string): Promise<Variant | null> {
    for (;;) {
      const known = slot.variants[encoding];
      if (known !== undefined) return known;
      const { generation } = slot;
      const more = (await this.options.listHeaders(slot.slug, urlPath)) ?? {};
      const variant = await readVariant(this.#pathOf(slot), encoding, slot.file, more);
      // Replaced while it was read: what was read may be of two minds.
      if (slot.generation !== generation) continue;
      // One that is not there at all leaves nothing behind: nobody fills the memory with names.
      if (!variant && encoding === 'identity') this.#slots.delete(slot.key);
      else this.#keep(slot, encoding, variant);
      return variant;
    }
  }

  #keep(slot: Slot, encoding: Encoding, variant: Variant | null): void {
    slot.variants[encoding] = variant;
    const bytes = (variant?.body?.length ?? 0) + OVERHEAD_BYTES;
    slot.bytes += bytes;
    this.#bytes += bytes;
    this.stats.reads++;
    this.#slots.set(slot.key, slot);
    this.#shrink(slot);
  }

  #pathOf({ slug, file }: Slot): string {
    return join(this.options.root, 'p', slug, file);
  }

  #isFresh(slot: Slot): boolean {
    return this.#own || this.options.now() - slot.checkedAt < FOREIGN_FRESH_MS;
  }

  #touch(slot: Slot): void {
    // A map remembers the order of insertion: the oldest is the first.
    if (this.#bytes * 2 < CACHE_BYTES) return;
    this.#slots.delete(slot.key);
    this.#slots.set(slot.key, slot);
  }

  #forget(slot: Slot): void {
    this.#bytes -= slot.bytes;
    slot.bytes = 0;
    slot.variants = {};
    slot.generation++;
  }

  #shrink(keep: Slot): void {
    for (const slot of this.#slots.values()) {
      if (this.#bytes <= CACHE_BYTES) return;
      if (slot === keep) continue;
      this.#forget(slot);
      this.#slots.delete(slot.key);
    }
  }

  async #link(name: string): Promise<string | null> {
    const now = this.options.now();
    if (!this.#own && now - this.#linksAt > 1_000) {
      this.#links.clear();
      this.#linksAt = now;
    }
    const known = this.#links.get(name);
    if (known !== undefined) return known;
    const to = await readlink(join(this.options.root, 'hosts', name)).catch(() => null);
    const slug = to?.startsWith('../p/') ? to.slice(5) : null;
    if (this.#links.size > 10_000) this.#links.clear();
    this.#links.set(name, slug);
    return slug;
  }
}

/** From the address that a page had by its old slug. @param url of the page, without a final slash */
function leadOn(res: ServerResponse, { query }: RequestTarget, { path }: Route, url: string): true {
  const location = `${url}/${path}${query === '' ? '' : `?${query}`}`;
  res.writeHead(301, { Location: location, 'Cache-Control': CACHE_CONTROL, 'Content-Length': '0' }).end();
  return true;
}
