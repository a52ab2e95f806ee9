/** Where published files go: a folder, an object store beside it. Nothing here knows what the files say. */

/** A file of a page, below its root. */
export interface OutFile {
  path: string;
  body: Buffer;
}

export type Written = (files: readonly OutFile[], replaced: readonly string[]) => void;

/** What `revision.json` says. */
export interface RevisionMark {
  revision: number;
  published_at: string;
  /** Rises with every change of publisher: an older one that wakes up is refused by it. */
  fence: number;
}

/** Another publisher has been at the target since: what this one knows of it does not hold any more. */
export class OvertakenError extends Error {}

export const REVISION_FILE = 'revision.json';
/** Where a page that moved says so. */
export const MOVED_FILE = 'moved.json';

export interface Target {
  readonly name: string;
  /** True where files must be sent in their order: what pages refer to first, then the pages, `revision.json` last. */
  readonly inOrder: boolean;
  /** What lies there of a page; null when nothing whole does. */
  revisionOf(slug: string): Promise<RevisionMark | null>;
  /**
   * Replaces files whose bytes differ, each at once; resolves when all of them would survive a power loss.
   *
   * @param files may still be in the making: those that are there are made ready meanwhile
   * @param written told of files that lie there by now, and of the paths of those that differed
   */
  write(slug: string, files: AsyncIterable<OutFile> | Iterable<OutFile>, written?: Written): Promise<void>;
  /**
   * Writes `revision.json`, after all that it speaks of.
   *
   * @param body the mark as it is published
   * @throws OvertakenError when a publisher with a higher fence was there, or it is not what `revisionOf` last found
   */
  mark(slug: string, mark: RevisionMark, body: Buffer): Promise<void>;
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
  /** Forgets what it remembers of what lies there: somebody else may have written since. */
  forget(): void;
}

/** Both of a page that moved, in a form that all targets share. */
export function movedMarker(url: string): OutFile {
  return { path: MOVED_FILE, body: Buffer.from(`${JSON.stringify({ url })}\n`) };
}

/** @throws OvertakenError when what lies there was put there by a later publisher */
export function assertNotOvertaken(name: string, there: RevisionMark | null, mark: RevisionMark): void {
  if (!there || there.fence <= mark.fence) return;
  throw new OvertakenError(
    `${name} was written by a later publisher (fence ${there.fence}, this one has ${mark.fence}).`,
  );
}
