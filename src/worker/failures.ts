const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

export interface Failure {
  error: string;
  since: number;
  retryAt: number;
  pause: number;
}

/** Pages that could not be published, by id: each is tried again later and later. Times in milliseconds. */
export class Failures extends Map<string, Failure> {
  /** One more failure of a page. */
  add(pageId: string, error: string, now: number): void {
    const before = this.get(pageId);
    const pause = Math.min((before?.pause ?? FIRST_RETRY_MS / 2) * 2, LONGEST_RETRY_MS);
    this.set(pageId, { error, since: before?.since ?? now, retryAt: now + pause, pause });
  }

  /** Those whose time has come. */
  due(now: number): string[] {
    return [...this.keys()].filter((id) => !this.mustWait(id, now));
  }

  /** True of a page that has failed and must wait. */
  mustWait(pageId: string, now: number): boolean {
    const wait = (this.get(pageId)?.retryAt ?? 0) - now;
    // A clock that was put back must not make it longer.
    return wait > 0 && wait <= LONGEST_RETRY_MS;
  }
}
