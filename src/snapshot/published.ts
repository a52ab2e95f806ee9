/**
 * The published snapshot of each page, as it lies in `DATA_DIR/published/{slug}.json`: for queries, previews, and as what
 * the next publish is compared with. A few stay in memory.
 */
import { mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UnreadableError } from '../domain/errors.ts';
import { type PageSnapshot, SNAPSHOT_FORMAT, type SnapshotComponent } from './schema.ts';

/** Components of all snapshots in memory together: with what is cached for each, some 25 MB. */
const MOST_COMPONENTS = 2_000;

interface Kept {
  snapshot: PageSnapshot;
  mtimeMs: number;
}

/** Files and memory of one data directory. Any process may read; one writes. */
export class PublishedSnapshots {
  readonly #kept = new Map<string, Kept>();
  #weight = 0;

  constructor(private readonly folder: string) {}

  /** The snapshot that is in the files of a page now; null when there is none that this build can read. */
  async get(slug: string): Promise<PageSnapshot | null> {
    const kept = this.#kept.get(slug);
    const file = await stat(this.#path(slug)).catch(() => null);
    if (!file) return null;
    if (kept && kept.mtimeMs === file.mtimeMs) {
      this.#keep(slug, kept);
      return kept.snapshot;
    }
    const snapshot = await this.#read(slug);
    if (snapshot) this.#keep(slug, { snapshot, mtimeMs: file.mtimeMs });
    return snapshot;
  }

  /**
   * As `get`, for whoever is to be shown it.
   *
   * @throws UnreadableError of one that is there and can't be read now: nobody is told that there is none
   */
  async toShow(slug: string): Promise<PageSnapshot | null> {
    const snapshot = await this.get(slug);
    if (snapshot === null) await stat(this.#path(slug)).then(unreadable, unlessMissing);
    return snapshot;
  }

  /** The very object that was put last, while it is in memory. */
  inMemory(slug: string): PageSnapshot | null {
    return this.#kept.get(slug)?.snapshot ?? null;
  }

  /** Not forced to disk: after a power loss it is made anew from the database. */
  async put(slug: string, snapshot: PageSnapshot): Promise<void> {
    const path = this.#path(slug);
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(`${path}.new`, textOf(snapshot));
    writeFileSync(this.besides(slug, 'totals'), JSON.stringify(snapshot.totals));
    renameSync(`${path}.new`, path);
    this.#keep(slug, { snapshot, mtimeMs: statSync(path).mtimeMs });
  }

  /**
   * How many components, incidents and windows a page has, without reading all of them.
   *
   * @throws UnreadableError when that can't be read now
   */
  async totals(slug: string): Promise<PageSnapshot['totals'] | null> {
    const text = await readFile(this.besides(slug, 'totals'), 'utf8').catch(unlessMissing);
    try {
      return text === null ? null : (JSON.parse(text) as PageSnapshot['totals']);
    } catch {
      // Half written: the snapshot itself knows.
      return (await this.get(slug))?.totals ?? null;
    }
  }

  async remove(slug: string): Promise<void> {
    this.#drop(slug);
    await Promise.all(
      [
        this.#path(slug),
        this.besides(slug, 'archive'),
        this.besides(slug, 'uptime'),
        this.besides(slug, 'totals'),
        this.besides(slug, 'owed'),
      ].map((path) => rm(path, { force: true })),
    );
  }

  /** A file of the publisher's own beside the snapshot of a page. */
  besides(slug: string, what: string): string {
    return join(this.folder, `${slug}.${what}`);
  }

  #path(slug: string): string {
    return join(this.folder, `${slug}.json`);
  }

  async #read(slug: string): Promise<PageSnapshot | null> {
    try {
      const snapshot = JSON.parse(await readFile(this.#path(slug), 'utf8')) as PageSnapshot;
      return snapshot.format === SNAPSHOT_FORMAT ? snapshot : null;
    } catch {
      // Torn by a power loss, or gone since: as good as none.
      return null;
    }
  }

  #keep(slug: string, kept: Kept): void {
    this.#drop(slug);
    this.#kept.set(slug, kept);
    this.#weight += weightOf(kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#weight <= MOST_COMPONENTS || oldest === slug) break;
      this.#drop(oldest);
    }
  }

  #drop(slug: string): void {
    const kept = this.#kept.get(slug);
    if (!kept) return;
    this.#kept.delete(slug);
    this.#weight -= weightOf(kept);
  }
}

/** The JSON of components without trouble, of which most pages consist, for as long as snapshots hand on the same objects. */
const texts = new WeakMap<SnapshotComponent, string>();

function textOf({ components, ...rest }: PageSnapshot): string {
  const parts = components.map((component) => {
    let text = texts.get(component);
    if (text === undefined) {
      text = JSON.stringify(component);
      if (component.days.length === 0) texts.set(component, text);
    }
    return text;
  });
  return `${JSON.stringify(rest).slice(0, -1)},"components":[${parts.join()}]}`;
}

/** Null of a file that is not there. */
function unlessMissing(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
  return unreadable(error);
}

function unreadable(cause?: unknown): never {
  throw new UnreadableError({ cause });
}

function weightOf({ snapshot }: Kept): number {
  return 10 + snapshot.components.length + 5 * (snapshot.incidents.length + snapshot.maintenance.length);
}
