interface Waiter {
  revision: number;
  done(published: boolean): void;
}

/** Who waits for a revision of a page to be published. */
export class Waiters {
  readonly #waiting = new Map<string, Set<Waiter>>();

  /** Resolves to true when the revision, or a later one, is published, to false after `ms`. */
  wait(pageId: string, revision: number, ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(pageId) ?? new Set();
      const waiter: Waiter = {
        revision,
        done: (published) => {
          clearTimeout(timer);
          waiting.delete(waiter);
          if (waiting.size === 0) this.#waiting.delete(pageId);
          resolve(published);
        },
      };
      const timer = setTimeout(() => waiter.done(false), ms);
      this.#waiting.set(pageId, waiting.add(waiter));
    });
  }

  has(pageId: string): boolean {
    return this.#waiting.has(pageId);
  }

  published(pageId: string, revision: number): void {
    for (const waiter of this.#waiting.get(pageId) ?? []) if (waiter.revision <= revision) waiter.done(true);
  }
}
