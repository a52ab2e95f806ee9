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
    const free = [...this.#urgent].filter(([id]) => this.isFree(id));
    const next = free.find(([id, since]) => isReady(id, since))?.[0];
    if (next === undefined) return free.length > 0 ? undefined : null;
    this.#urgent.delete(next);
    return next;
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
