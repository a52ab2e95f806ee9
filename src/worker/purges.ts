/**
 * Tells a CDN what was replaced, by a POST to PURGE_URL. What holds here:
 *
 * 1. A publish never waits for it, and never fails by it.
 * 2. What was replaced within a moment goes into one call; of one page and target one call at a time is under way.
 * 3. A call that fails is made again a few times, then given up: what a cache holds ends by its age anyway.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { REVISION_FILE } from '../publish/target.ts';

const TOGETHER_MS = 100;
/** Large files follow their revision within this. */
const TRAILING_MS = 1_000;
const PAUSES_MS = [1_000, 5_000, 25_000];
const CALL_MS = 10_000;

export interface PurgeOptions {
  url: string;
  /** The URL path that a file answers, below the page's root. */
  pathOf(file: string): string;
  log: { error(fields: object, text: string): void };
}

interface Replaced {
  target: string;
  page: string;
  files: Set<string>;
  timer: NodeJS.Timeout;
  soon: boolean;
}

export class Purges {
  /** For metrics. */
  readonly stats = { calls: 0, failed: 0 };
  readonly #waiting = new Map<string, Replaced>();
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(private readonly options: PurgeOptions) {}

  /** Files of a page were replaced, or taken away, at a target. */
  replaced(target: string, page: string, files: readonly string[]): void {
    if (files.length === 0) return;
    const key = JSON.stringify([target, page]);
    const soon = files.includes(REVISION_FILE);
    const before = this.#waiting.get(key);
    if (before && (before.soon || !soon)) {
      for (const file of files) before.files.add(file);
      return;
    }
    clearTimeout(before?.timer);
    const all = new Set([...(before?.files ?? []), ...files]);
    const timer = setTimeout(() => this.#send(key), soon ? TOGETHER_MS : TRAILING_MS).unref();
    this.#waiting.set(key, { target, page, files: all, timer, soon });
  }

  #send(key: string): void {
    const due = this.#waiting.get(key);
    if (!due) return;
    this.#waiting.delete(key);
    const after = this.#underWay.get(key) ?? Promise.resolve();
    const call = after.then(() => this.#call(due));
    this.#underWay.set(key, call);
    void call.finally(() => {
      if (this.#underWay.get(key) === call) this.#underWay.delete(key);
    });
  }

  async #call({ target, page, files }: Replaced): Promise<void> {
    const paths = [...files].map((file) => this.options.pathOf(file).replace(/(^|\/)index\.html$/, '$1'));
    const body = JSON.stringify({ target, page, paths: paths.sort() });
    for (const rest of [...PAUSES_MS, null]) {
      const error = await this.#post(body);
      if (error === null) {
        this.stats.calls++;
        return;
      }
      if (rest === null) {
        this.stats.failed++;
        this.options.log.error({ target, page, error }, 'PURGE_URL could not be called');
      } else await pause(rest, undefined, { ref: false });
    }
  }

  async #post(body: string): Promise<string | null> {
    try {
      const response = await fetch(this.options.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(CALL_MS),
      });
      await response.arrayBuffer();
      return response.ok ? null : `it answered ${response.status}`;
    } catch (error) {
      const { message, cause } = error as Error & { cause?: { code?: string } };
      return cause?.code ?? message;
    }
  }
}
