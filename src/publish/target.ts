/** Where published files go: a folder today, an object store beside it. Nothing here knows what the files say. */

/** A file of a page, below its root. */
export interface OutFile {
  path: string;
  body: Buffer;
}

/** What `revision.json` says. */
export interface RevisionMark {
  revision: number;
  published_at: string;
  /** Rises with every change of publisher: an older one that wakes up is refused by it. */
  fence: number;
}

export interface Target {
  readonly name: string;
  /** What lies there of a page; null when nothing whole does. */
  revisionOf(slug: string): Promise<RevisionMark | null>;
  /**
   * Replaces files whose bytes differ, each at once; resolves when all of them would survive a power loss.
   *
   * @returns paths that were replaced
   */
  write(slug: string, files: readonly OutFile[]): Promise<string[]>;
  /** Takes files away, with whatever lay beside them; those that are not there are gone already. */
  remove(slug: string, paths: readonly string[]): Promise<void>;
  /** All paths below a folder of a page. */
  list(slug: string, folder: string): Promise<string[]>;
  /** Takes a page away, its `revision.json` first. */
  removePage(slug: string): Promise<void>;
  /** Leaves nothing of a page but the word where it moved to; `url` is absolute, without a final slash. */
  leadOn(slug: string, page: OutFile, url: string): Promise<void>;
  /** Which database the files come from; null when nobody said. */
  origin(): Promise<string | null>;
  setOrigin(id: string): Promise<void>;
  /** Slugs of which something is there. */
  slugs(): Promise<string[]>;
}
