/**
 * Which page a request is for: by its host, through the links in `hosts/`, or by its path. What holds here: nothing that
 * was found before names led elsewhere is kept after it, not even what was being looked up at that moment.
 */
import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { nullIfMissing } from './static-file.ts';
import { hostOf, type RequestTarget } from './target.ts';

/** A link that another process makes is looked at again after this. */
const FOREIGN_LINKS_MS = 1_000;
const MOST_LINKS = 10_000;

/** Where a request leads: the page's slug, and the path below its root. */
export interface Route {
  slug: string;
  /** Below the page's root, without a leading slash, still percent-encoded. */
  path: string;
  root: { kind: 'default' } | { kind: 'slug'; slug: string } | { kind: 'domain'; domain: string };
}

export class SiteRoutes {
  #links = new Map<string, string | null>();
  #current = new WeakSet<Route>();
  #linksAt = 0;
  #own = false;

  /** @param root `DATA_DIR/site` */
  constructor(
    private readonly root: string,
    private readonly now: () => number,
  ) {}

  /** From here on this process makes the links. */
  adopt(): void {
    this.#own = true;
  }

  /** Names may lead elsewhere. */
  forget(): void {
    this.#links = new Map();
    this.#current = new WeakSet();
  }

  /** False of a route that was found before names led elsewhere. */
  isCurrent(route: Route): boolean {
    return this.#current.has(route);
  }

  /** Which page a request is for; null when its host has none. */
  async of(hostHeader: string | undefined, target: RequestTarget): Promise<Route | null> {
    const current = this.#current;
    const route = await this.#find(hostHeader, target);
    if (route) current.add(route);
    return route;
  }

  async #find(hostHeader: string | undefined, target: RequestTarget): Promise<Route | null> {
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

  /** Where a page's root leads by now; null when nowhere. */
  async slugAt(root: Route['root']): Promise<string | null> {
    if (root.kind === 'slug') return root.slug;
    return this.#link(root.kind === 'domain' ? root.domain : '_default');
  }

  async #link(name: string): Promise<string | null> {
    const now = this.now();
    if (!this.#own && now - this.#linksAt > FOREIGN_LINKS_MS) {
      this.#links = new Map();
      this.#linksAt = now;
    }
    const links = this.#links;
    const known = links.get(name);
    if (known !== undefined) return known;
    const to = await readlink(join(this.root, 'hosts', name)).catch(nullIfMissing);
    const slug = to?.startsWith('../p/') ? to.slice(5) : null;
    if (links.size > MOST_LINKS) links.clear();
    links.set(name, slug);
    return slug;
  }
}
