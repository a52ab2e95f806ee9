/**
 * What is done at one target during a term, and in which order. Where a lane can be, and what gets it on:
 *
 * - Asleep, nothing to do: a kick, which everything sends that gives it something (a change of this process, a look at the
 *   database each second, a page let go of, a refresh); each second one is sent while pages wait, and at the term's end. A
 *   kick that comes between its look and its sleep keeps it awake.
 * - Asleep, trailing files not due: those `QUIET_MS`, or a kick.
 * - Awake, a page holds back for writes that are being answered: it looks again after a millisecond.
 * - At work: every call to a target or a database has its own end. A page that changes meanwhile is in the queue again, and
 *   is let go of with a kick.
 * - A page that failed: its time, a change of it, or a later revision seen in the database. One at a target that could not be
 *   looked at: `persistently`.
 * - The term is over: all that is known is forgotten; the next term, of this process or of another, looks at everything.
 */
import { messageOf } from '../domain/errors.ts';
import type { ArchiveLane } from './archive-lane.ts';
import { Failures } from './failures.ts';
import type { PageFiles } from './page-files.ts';
import { PageQueue } from './page-queue.ts';
import type { PublishRecords } from './publish-records.ts';
import type { PublisherOptions } from './publisher-options.ts';
import type { Term } from './term.ts';
import { QUIET_MS } from './trailing-files.ts';

const RETRY_MS = 1_000;
const LOOK_AGAIN_MS = 1;
/** Pages at work at once: while one waits for the disk another is rendered. */
const AT_ONCE = 2;

export interface LaneTools {
  options: PublisherOptions;
  term: Term;
  files: PageFiles;
  archive: ArchiveLane;
  records: PublishRecords | null;
  /** Told when a page was tried, however that went. */
  onTried(pageId: string): void;
}

export class PublishLanes {
  readonly queue = new PageQueue();
  readonly failures = new Failures();
  /** For metrics: publishes that failed. */
  failed = 0;

  constructor(private readonly tools: LaneTools) {}

  /** Works until the term is over. */
  async run(): Promise<void> {
    await Promise.all([
      ...Array.from({ length: AT_ONCE }, (_, place) => this.#lane(place === 1)),
      this.#retry(),
    ]);
  }

  async #lane(behindFirst: boolean): Promise<void> {
    while (!this.tools.term.isOver()) {
      const { kicks } = this.queue;
      const next = this.queue.take((id, since) => this.#isReady(id, since), behindFirst);
      if (next) {
        await this.queue.exclusively(next, () => this.publishOrRemember(next));
        this.tools.onTried(next);
      } else if (next === undefined) await new Promise((resume) => setTimeout(resume, LOOK_AGAIN_MS));
      else if (!(await this.#background())) {
        // The kick that `#publish` sends may come a moment before they are due, and another would not.
        await this.queue.idle(this.tools.files.trailing.isEmpty ? null : QUIET_MS, kicks);
      }
    }
  }

  /**
   * While writes are being answered the publish of what they changed holds back a little: it would make them wait, and
   * has to be done again for each. Not when somebody waits for it.
   */
  #isReady(pageId: string, since: number): boolean {
    const held = performance.now() - since < this.tools.options.hold();
    return !held || this.tools.files.waiters.has(pageId);
  }

  /** One small step of what can wait; false when there is nothing. */
  async #background(): Promise<boolean> {
    const isFree = (id: string) => this.queue.isFree(id) && !this.failures.has(id);
    const behind = this.tools.files.trailing.next(isFree);
    if (behind) {
      await this.queue.exclusively(behind, () =>
        this.attempt(behind, () => this.tools.files.writeTrailing(behind)),
      );
      return true;
    }
    const job = this.tools.archive.next(isFree);
    if (!job) return false;
    await this.queue.exclusively(job.pageId, () =>
      this.attempt(job.pageId, async () => {
        if (job.kind === 'refresh') await this.publish(job.pageId);
        else await this.tools.archive.step(job.pageId);
      }),
    );
    return true;
  }

  /** Publishes a page; a failure is noted, and the page is tried again later. */
  publishOrRemember(pageId: string): Promise<void> {
    const { log, target } = this.tools.options;
    return this.attempt(pageId, async () => {
      await this.publish(pageId);
      if (this.failures.delete(pageId))
        log.info({ page: pageId, target: target.name }, 'publishing works again');
    });
  }

  /** Does something for a page, whose failure counts as one of the page. */
  async attempt(pageId: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#remember(pageId, error);
    }
  }

  #remember(pageId: string, error: unknown): void {
    // Whoever has taken over does it.
    if (!this.tools.term.isHeld()) return;
    const { files, options, records } = this.tools;
    const now = options.now();
    files.doubt(pageId);
    this.failures.add(pageId, messageOf(error), now);
    this.failed++;
    records?.note(pageId, { publishError: withoutPath(error), publishFailedAt: now });
    options.log.error(
      { page: pageId, target: options.target.name, error: messageOf(error) },
      'publishing failed; the last good revision stays',
    );
  }

  /** @throws whatever went wrong */
  async publish(pageId: string): Promise<void> {
    if (await this.tools.files.publish(pageId)) await this.tools.files.writeTrailing(pageId);
    else setTimeout(() => this.queue.kick(), QUIET_MS);
  }

  async #retry(): Promise<void> {
    while (!this.tools.term.isOver()) {
      await new Promise((resume) => setTimeout(resume, RETRY_MS).unref());
      // What changes meanwhile does not wait for what fails.
      for (const id of this.failures.due(this.tools.options.now())) this.queue.later(id, 0);
      if (this.queue.size > 0 || this.tools.term.isOver()) this.queue.kick();
    }
  }
}

/** What a customer is told: what lies where on the operator's machine is in the log. */
function withoutPath(error: unknown): string {
  const text = messageOf(error);
  const isOfFile = error instanceof Error && 'path' in error;
  return isOfFile ? text.replace(/ '.*/s, '') : text;
}
