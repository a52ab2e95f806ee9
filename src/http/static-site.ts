/**
 * Answers from the published folder, the way nginx would: by Host, through the links in `hosts/`. What holds here:
 *
 * 1. A request for something that was served before costs two look-ups and a write.
 * 2. No database is asked.
 */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { FileCache, type FileCacheOptions, type Slot } from './file-cache.ts';
import { type Route, SiteRoutes } from './site-routes.ts';
import { CACHE_CONTROL, encodingsOf, sendHead } from './static-answer.ts';
import { nullIfMissing, streamVariant } from './static-file.ts';
import type { RequestTarget } from './target.ts';

const MOST_ANSWERED = 50_000;
/** What is longer than any of our addresses is looked up each time: nobody fills the memory with queries. */
const LONGEST_KEPT = 400;

export class StaticSite {
  readonly #files: FileCache;
  readonly #routes: SiteRoutes;
  /** What was asked for, by host and address, and answered. */
  readonly #answered = new Map<string, Slot>();
  readonly #withheld = new Set<string>();
  #hits = 0;

  constructor(private readonly options: FileCacheOptions) {
    this.#files = new FileCache(options);
    this.#routes = new SiteRoutes(options.root, options.now);
  }

  /** For /metrics. */
  get stats(): { hits: number; reads: number } {
    return { hits: this.#hits, reads: this.#files.reads };
  }

  /** From here on this process fills the folder, and tells what it replaced. */
  adopt(): void {
    this.#files.adopt();
    this.#routes.adopt();
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
    this.#files.replaced(slug, files);
  }

  /** Names lead elsewhere now, or a page is gone. */
  rerouted(): void {
    this.#answered.clear();
    this.#routes.forget();
    this.#files.clear();
  }

  /** Answers at once what was answered before; false when `answer` has to look. */
  answerKnown(req: IncomingMessage, res: ServerResponse): boolean {
    const slot = this.#answered.get(`${req.headers.host}\n${req.url}`);
    if (!slot || !this.#files.isFresh(slot)) return false;
    for (const encoding of encodingsOf(req.headers['accept-encoding'])) {
      const variant = slot.variants[encoding];
      if (variant === null) continue;
      if (!variant?.body) return false;
      this.#hits++;
      this.#files.touch(slot);
      if (!sendHead(req, res, variant)) res.end(variant.body);
      return true;
    }
    return false;
  }

  /** Which page a request is for; null when its host has none. */
  route(hostHeader: string | undefined, target: RequestTarget): Promise<Route | null> {
    return this.#routes.of(hostHeader, target);
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
      this.#routes.forget();
      const slug = await this.#routes.slugAt(route.root);
      return slug !== null && slug !== route.slug && this.answer(req, res, target, { ...route, slug });
    }
    const folder = /^\/p\/[^/]+$/.test(target.path) && route.root.kind === 'slug';
    const file = folder ? null : await this.#fileFor(route);
    const isFolder =
      folder ||
      // What ends in a slash is a folder's address already, whatever appeared between two looks.
      (file === null &&
        /[^/]$/.test(route.path) &&
        (await this.#files.exists(route.slug, `${route.path}/index.html`)));
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
    const found = await this.#files.find(route, file, encodingsOf(req.headers['accept-encoding']));
    if (!found) return false;
    const { slot, encoding, variant } = found;
    if (this.#answered.size >= MOST_ANSWERED) this.#answered.clear();
    const asked = `${req.headers.host}\n${req.url}`;
    const mayKeep = target.authority === null && asked.length <= LONGEST_KEPT;
    if (mayKeep && this.#routes.isCurrent(route)) this.#answered.set(asked, slot);
    if (variant.body) {
      if (!sendHead(req, res, variant)) res.end(variant.body);
    } else if (!(await streamVariant(this.#files.pathOf(slot), encoding, variant, req, res))) {
      // Replaced since its head was made.
      this.#files.forget(slot);
      return this.answer(req, res, target, route);
    }
    return true;
  }

  /** A page that moved leaves word where to. */
  async #movedTo(slug: string): Promise<string | null> {
    const text = await readFile(join(this.options.root, 'p', slug, 'moved.json'), 'utf8').catch(
      nullIfMissing,
    );
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
    for (const candidate of candidates) if (await this.#files.exists(slug, candidate)) return candidate;
    return null;
  }
}

/** From the address that a page had by its old slug. @param url of the page, without a final slash */
function leadOn(res: ServerResponse, { query }: RequestTarget, { path }: Route, url: string): true {
  const location = `${url}/${path}${query === '' ? '' : `?${query}`}`;
  res.writeHead(301, { Location: location, 'Cache-Control': CACHE_CONTROL, 'Content-Length': '0' }).end();
  return true;
}
