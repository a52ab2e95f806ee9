import type { PlannedFile } from '../render/planned-file.ts';
import { type PublishTools, renderAndWrite } from './publish-page.ts';

/** So long a page must have been quiet before its large files follow. */
export const QUIET_MS = 40;
/** While changes keep coming they follow all the same: as often as takes this part of the time, but within these limits. */
const SHARE = 1 / 100;
const LATEST_MS = { least: 2_000, most: 10_000 };

interface Pending {
  slug: string;
  files: PlannedFile[];
  /** When the first change came that they do not tell of, and the last. */
  since: number;
  changedAt: number;
  written(): Promise<void>;
}

/**
 * Files that grow with days times components, and that readers hardly miss for a moment: they follow right behind the
 * revision, so as not to hold it up, nor the next one.
 */
export class TrailingFiles {
  readonly #pending = new Map<string, Pending>();
  /** How long it took to write them last, where that was long. */
  readonly #took = new Map<string, number>();

  constructor(private readonly tools: PublishTools) {}

  /** The newest files of a page; `written` is called once they, or newer ones, lie at the target. */
  follow(pageId: string, slug: string, files: PlannedFile[], written: () => Promise<void>): void {
    const changedAt = this.tools.now();
    const since = this.#pending.get(pageId)?.since ?? changedAt;
    this.#pending.set(pageId, { slug, files, since, changedAt, written });
  }

  forget(pageId: string): void {
    this.#pending.delete(pageId);
    this.#took.delete(pageId);
  }

  /** A page whose files are due, among those that are free. */
  next(isFree: (pageId: string) => boolean): string | null {
    const now = this.tools.now();
    for (const [pageId, { changedAt, since }] of this.#pending) {
      // Far ahead is as good as long ago: then the clock was put back.
      const due = Math.abs(now - changedAt) >= QUIET_MS || now - since >= this.#latest(pageId);
      if (due && isFree(pageId)) return pageId;
    }
    return null;
  }

  /** Pages whose files have waited for too long while changes kept coming. */
  isOverdue(pageId: string): boolean {
    const since = this.#pending.get(pageId)?.since ?? Number.POSITIVE_INFINITY;
    return this.tools.now() - since >= this.#latest(pageId);
  }

  #latest(pageId: string): number {
    const share = (this.#took.get(pageId) ?? 0) / SHARE;
    return Math.min(Math.max(share, LATEST_MS.least), LATEST_MS.most);
  }

  /** Writes the files of a page now. @throws whatever went wrong */
  async write(pageId: string): Promise<void> {
    const pending = this.#pending.get(pageId);
    if (!pending) return;
    await this.tools.assertLease();
    const begun = performance.now();
    await renderAndWrite(this.tools, pending.slug, pending.files);
    const took = performance.now() - begun;
    if (took > LATEST_MS.least * SHARE) this.#took.set(pageId, took);
    else this.#took.delete(pageId);
    if (this.#pending.get(pageId) === pending) this.#pending.delete(pageId);
    await pending.written();
  }

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  has(pageId: string): boolean {
    return this.#pending.has(pageId);
  }

  pages(): string[] {
    return [...this.#pending.keys()];
  }
}
