import { Bell } from './bell.ts';

/**
 * Pages that wait to be published, and those at work. What holds here:
 *
 * 1. One thing at a time happens to a page.
 * 2. A change waits for no page that nobody has touched since it fell behind, of which there may be thousands.
 * 3. A kick between a look and the sleep after it is not lost: who has missed it does not fall asleep.
 */
export class PageQueue {
  /** Pages that changed, and since when they wait. */
  readonly #urgent = new Map<string, number>();
  /** Pages that were found to be behind, or failed: the revision that they wait with. */
  readonly #behind = new Map<string, number>();
  readonly #busy = new Set<string>();
  readonly #bell = new Bell();
  /** How often it was kicked. */
  kicks = 0;

  get size(): number {
    return this.#urgent.size + this.#behind.size;
  }

  /** The page changed. */
  hurry(pageId: string): void {
    this.#behind.delete(pageId);
    if (!this.#urgent.has(pageId)) this.#urgent.set(pageId, performance.now());
  }

  /** The page is to be published when nothing that changed is ready. */
  later(pageId: string, revision: number): void {
    if (!this.#urgent.has(pageId)) this.#behind.set(pageId, revision);
  }

  /** As `hurry`, unless the page waits with this revision already. */
  hurryTo(pageId: string, revision: number): void {
    if ((this.#behind.get(pageId) ?? -1) < revision) this.hurry(pageId);
  }

  /** Whoever idles looks again. */
  kick(): void {
    this.kicks++;
    this.#bell.ring();
  }

  isFree(pageId: string): boolean {
    return !this.#busy.has(pageId);
  }

  /**
   * Takes the next page out.
   *
   * @param isReady told since when it waits
   * @param behindFirst true of the one that takes those that are behind before those that changed: nobody waits for ever
   * @returns undefined when there are some that are not ready yet, null when there is none
   */
  take(isReady: (pageId: string, since: number) => boolean, behindFirst: boolean): string | null | undefined {
    const behind = behindFirst ? this.#takeBehind() : null;
    if (behind !== null) return behind;
    let waits = false;
    // Those that wait longest come first and are ready soonest: with thousands behind them no look at all of them is due.
    for (const [pageId, since] of this.#urgent) {
      if (!this.isFree(pageId)) continue;
      waits = true;
      if (!isReady(pageId, since)) continue;
      this.#urgent.delete(pageId);
      return pageId;
    }
    return this.#takeBehind() ?? (waits ? undefined : null);
  }

  #takeBehind(): string | null {
    for (const pageId of this.#behind.keys()) {
      if (!this.isFree(pageId)) continue;
      this.#behind.delete(pageId);
      return pageId;
    }
    return null;
  }

  async exclusively(pageId: string, work: () => Promise<void>): Promise<void> {
    while (!this.isFree(pageId)) await new Promise((resume) => setTimeout(resume, 5));
    this.#busy.add(pageId);
    try {
      await work();
    } finally {
      this.#busy.delete(pageId);
      if (this.#urgent.has(pageId) || this.#behind.has(pageId)) this.kick();
    }
  }

  /**
   * Resolves with the next `kick`, or after `ms`.
   *
   * @param kicks how many there had been when it was last looked for something to do
   */
  async idle(ms: number | null, kicks: number): Promise<void> {
    if (this.kicks === kicks) await this.#bell.wait(ms);
  }

  clear(): void {
    this.#urgent.clear();
    this.#behind.clear();
  }
}
