import { Bell } from './bell.ts';

/** Pages that wait to be published, and those at work: one thing at a time happens to a page. */
export class PageQueue {
  /** Pages that changed, and since when they wait. */
  readonly #urgent = new Map<string, number>();
  readonly #busy = new Set<string>();
  readonly #bell = new Bell();

  get size(): number {
    return this.#urgent.size;
  }

  hurry(pageId: string): void {
    if (!this.#urgent.has(pageId)) this.#urgent.set(pageId, performance.now());
  }

  /** Whoever idles looks again. */
  kick(): void {
    this.#bell.ring();
  }

  isFree(pageId: string): boolean {
    return !this.#busy.has(pageId);
  }

  /**
   * Takes the next page out.
   *
   * @param isReady told since when it waits
   * @returns undefined when there are some that are not ready yet, null when there is none
   */
  take(isReady: (pageId: string, since: number) => boolean): string | null | undefined {
    let waits = false;
    // Those that wait longest come first and are ready soonest: with thousands behind them no look at all of them is due.
    for (const [pageId, since] of this.#urgent) {
      if (!this.isFree(pageId)) continue;
      waits = true;
      if (!isReady(pageId, since)) continue;
      this.#urgent.delete(pageId);
      return pageId;
    }
    return waits ? undefined : null;
  }

  async exclusively(pageId: string, work: () => Promise<void>): Promise<void> {
    while (!this.isFree(pageId)) await new Promise((resume) => setTimeout(resume, 5));
    this.#busy.add(pageId);
    try {
      await work();
    } finally {
      this.#busy.delete(pageId);
      if (this.#urgent.has(pageId)) this.kick();
    }
  }

  /** Resolves with the next `kick`, or after `ms`. */
  idle(ms: number | null): Promise<void> {
    return this.#bell.wait(ms);
  }

  clear(): void {
    this.#urgent.clear();
  }
}
