import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

const FOLDER_WITHIN_MS = 10_000;
const PUBLISHED_WITHIN_MS = 60_000;

/** Tells when a revision of a page lies in the first target, by watching its `revision.json` from another thread. */
export class Revisions {
  readonly #worker: Worker;
  #latest = 0;
  #latestAt = 0;
  #waiting: { revision: number; resolve(at: number): void }[] = [];

  private constructor(folder: string) {
    this.#worker = new Worker(new URL('./revision-worker.ts', import.meta.url), { workerData: { folder } });
    this.#worker.on('message', ({ revision, at }: { revision: number; at: number }) => {
      this.#latest = revision;
      this.#latestAt = at;
      for (const one of this.#waiting.filter((waiting) => waiting.revision <= revision)) one.resolve(at);
      this.#waiting = this.#waiting.filter((waiting) => waiting.revision > revision);
    });
  }

  /** Waits until the page's folder is there and watches it. */
  static async of(dataDir: string, slug: string): Promise<Revisions> {
    const folder = join(dataDir, 'site/p', slug);
    for (let waited = 0; !existsSync(folder); waited += 20) {
      if (waited > FOLDER_WITHIN_MS) throw new Error(`${folder} did not appear`);
      await pause(20);
    }
    return new Revisions(folder);
  }

  get latest(): number {
    return this.#latest;
  }

  /** The `clock()` at which this revision, or a later one, was there. Rejects when none comes within a minute. */
  reached(revision: number): Promise<number> {
    if (revision <= this.#latest) return Promise.resolve(this.#latestAt);
    return new Promise((resolve, reject) => {
      const impatient = () =>
        reject(new Error(`revision ${revision} was not published, only ${this.#latest}`));
      const timer = setTimeout(impatient, PUBLISHED_WITHIN_MS);
      this.#waiting.push({
        revision,
        resolve: (at) => {
          clearTimeout(timer);
          resolve(at);
        },
      });
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
