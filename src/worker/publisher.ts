/**
 * Keeps one target current. What holds here:
 *
 * 1. Every revision gets published, itself or in a later one: a page is looked at again until its files have caught up.
 * 2. One thing at a time happens to a page; a burst of changes becomes one publish.
 * 3. Changes come first: what is in the background moves by small steps, and only while nothing else is due.
 * 4. A page that fails keeps its last good revision, is tried again later and later, and holds up nobody.
 */
import { inArray, sql } from 'drizzle-orm';
import { pages } from '../../db/schema.ts';
import type { Store } from '../../db/transaction.ts';
import type { RevisionMark, Target } from '../publish/target.ts';
import type { PrintPage } from '../render/renderer.ts';
import type { PublishedSnapshots } from '../snapshot/published.ts';
import type { PageSnapshot } from '../snapshot/schema.ts';
import { ArchiveLane } from './archive-lane.ts';
import { Failures } from './failures.ts';
import { PageFiles } from './page-files.ts';
import { persistently } from './persistently.ts';
import { leadOn, type PublishTools } from './publish-page.ts';
import { PublishRecords } from './publish-records.ts';
import { sweep } from './sweep.ts';
import { QUIET_MS } from './trailing-files.ts';

const POLL_MS = 1_000;
/** Under a stream of writes a publish holds back so long at most. */
const LONGEST_HOLD_MS = 25;
const LOOK_AGAIN_MS = 1;
/** Pages at work at once: while one waits for the disk another is rendered. */
const AT_ONCE = 2;

export interface PublisherOptions {
  store: Store;
  target: Target;
  snapshots: PublishedSnapshots;
  /** True of the first target: the database notes what it holds, and waiters wait for it. */
  records: boolean;
  publicUrl: string;
  printPage: PrintPage;
  now(): number;
  /** Hash of all that decides what files look like. */
  template: string;
  /** The fence, while this process may write. */
  assertLease(): Promise<number>;
  /** Told after files of a page were replaced, with paths below its root. */
  onReplaced(slug: string, replaced: string[]): void;
  /** Told after a page left a slug. */
  onGone(slug: string): void;
  /** Told when a page lies whole at its new slug, before the old one does no more than lead on. */
  onMoving?(): Promise<void>;
  /** True while writes are being answered. */
  isBusy(): boolean;
  log: { info(fields: object, text: string): void; error(fields: object, text: string): void };
}

export class Publisher {
  readonly name: string;
  readonly failures = new Failures();
  /** Why nothing can be found out about the target, and since when. */
  unreachable: { error: string; since: number } | null = null;
  #failed = 0;
  /** Pages that changed, and since when they wait. */
  readonly #urgent = new Map<string, number>();
  readonly #busy = new Set<string>();
  readonly #files: PageFiles;
  readonly #records: PublishRecords | null;
  readonly #archive: ArchiveLane;
  readonly #tools: PublishTools;
  #stopped = false;
  #kick: (() => void) | null = null;

  constructor(readonly options: PublisherOptions) {
    const { store, target, publicUrl, printPage, now, assertLease, onReplaced, log } = options;
    const keep = (slug: string, snapshot: PageSnapshot) => options.snapshots.put(slug, snapshot);
    this.name = target.name;
    this.#tools = { read: store.read, target, publicUrl, printPage, now, assertLease, onReplaced, keep };
    this.#archive = new ArchiveLane(this.#tools, options.template, options.snapshots);
    const complain = (error: unknown) =>
      log.error({ error: messageOf(error) }, 'what was published could not be noted');
    this.#records = options.records ? new PublishRecords(store, complain) : null;
    this.#files = new PageFiles(options, this.#tools, this.#archive, this.#records);
  }

  /** For metrics: counts, and seconds in all. */
  get stats(): { publishes: number; failed: number; seconds: number } {
    return { ...this.#files.stats, failed: this.#failed };
  }

  /** How many pages are to be published. */
  get waiting(): number {
    return this.#urgent.size;
  }

  /** The page changed: publish it soon. */
  wake(pageId: string): void {
    this.#hurry(pageId);
    this.failures.delete(pageId);
    // The answer to whoever changed it leaves first.
    setImmediate(() => this.#kick?.());
  }

  /** The page was deleted: its files go, and those that led on to it. */
  deleted(pageId: string, slugs: string[]): void {
    this.#files.deleted(pageId, slugs);
    this.wake(pageId);
  }

  /** The page's files are to be made again without a change of its revision: a day closed, an hour of trouble passed. */
  refresh(pageId: string): void {
    this.#archive.refresh(pageId);
    this.#kick?.();
  }

  /** Resolves to true when this revision, or a later one, lies whole in the target, to false after `ms`. */
  published(pageId: string, revision: number, ms: number): Promise<boolean> {
    return this.#files.published(pageId, revision, ms);
  }

  /** What this process put at the target of a page. */
  markOf(pageId: string): RevisionMark | null {
    return this.#files.markOf(pageId);
  }

  /** Works until `stop`. */
  async run(): Promise<void> {
    await persistently(
      () => this.#sweep(),
      (error) => this.#lost(error),
      () => this.#stopped,
    );
    this.unreachable = null;
    await Promise.all([...Array.from({ length: AT_ONCE }, () => this.#lane()), this.#poll()]);
    for (const pageId of this.#files.trailing.pages())
      await this.#attempt(pageId, () => this.#files.writeTrailing(pageId));
    await this.#records?.settle();
  }

  /** Finishes the publishes at work, and begins no other. */
  stop(): void {
    this.#stopped = true;
    this.#kick?.();
  }

  /** Publishes a page now, all of it, for a command. @throws whatever went wrong */
  async publishNow(pageId: string): Promise<void> {
    this.#files.distrust(pageId);
    await this.#publish(pageId);
    await this.#files.writeTrailing(pageId);
    this.#archive.restart(pageId);
    while (await this.#archive.step(pageId));
    await this.#records?.settle();
  }

  async #sweep(): Promise<void> {
    const { store, target, template, records } = this.options;
    const found = await sweep(store.read, target, template, records);
    for (const id of found.behind) this.#hurry(id);
    for (const id of found.stale) this.#archive.refresh(id);
    for (const { slug, pageId } of found.moved) await leadOn(this.#tools, slug, pageId);
  }

  async #lane(): Promise<void> {
    while (!this.#stopped) {
      const free = [...this.#urgent].filter(([id]) => !this.#busy.has(id));
      const next = free.find(([id, since]) => this.#isReady(id, since))?.[0];
      if (next) {
        this.#urgent.delete(next);
        await this.#exclusively(next, () => this.#publishOrRemember(next));
      } else if (free.length > 0) await new Promise((resume) => setTimeout(resume, LOOK_AGAIN_MS));
      else if (!(await this.#background())) await this.#idle();
    }
  }

  #hurry(pageId: string): void {
    if (!this.#urgent.has(pageId)) this.#urgent.set(pageId, performance.now());
  }

  /**
   * While writes are being answered the publish of what they changed holds back a little: it would make them wait, and
   * has to be done again for each. Not when somebody waits for it.
   */
  #isReady(pageId: string, since: number): boolean {
    const held = this.options.isBusy() && performance.now() - since < LONGEST_HOLD_MS;
    return !held || this.#files.waiters.has(pageId);
  }

  /** One small step of what can wait; false when there is nothing. */
  async #background(): Promise<boolean> {
    const isFree = (id: string) => !this.#busy.has(id) && !this.failures.has(id);
    const behind = this.#files.trailing.next(isFree);
    if (behind) {
      await this.#exclusively(behind, () => this.#attempt(behind, () => this.#files.writeTrailing(behind)));
      return true;
    }
    const job = this.#archive.next(isFree);
    if (!job) return false;
    await this.#exclusively(job.pageId, () =>
      this.#attempt(job.pageId, async () => {
        if (job.kind === 'refresh') await this.#publish(job.pageId);
        else await this.#archive.step(job.pageId);
      }),
    );
    return true;
  }

  async #attempt(pageId: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#remember(pageId, error);
    }
  }

  async #exclusively(pageId: string, work: () => Promise<void>): Promise<void> {
    this.#busy.add(pageId);
    try {
      await work();
    } finally {
      this.#busy.delete(pageId);
      if (this.#urgent.has(pageId)) this.#kick?.();
    }
  }

  async #idle(): Promise<void> {
    await new Promise<void>((resolve) => {
      const before = this.#kick;
      this.#kick = () => {
        before?.();
        resolve();
      };
    });
    this.#kick = null;
  }

  #lost(error: unknown): void {
    const { now, log } = this.options;
    this.unreachable = { error: messageOf(error), since: this.unreachable?.since ?? now() };
    log.error({ target: this.name, error: messageOf(error) }, 'a target can not be reached');
  }

  #publishOrRemember(pageId: string): Promise<void> {
    return this.#attempt(pageId, async () => {
      await this.#publish(pageId);
      if (this.failures.delete(pageId))
        this.options.log.info({ page: pageId, target: this.name }, 'publishing works again');
    });
  }

  #remember(pageId: string, error: unknown): void {
    const now = this.options.now();
    this.#files.doubt(pageId);
    this.failures.add(pageId, messageOf(error), now);
    this.#failed++;
    this.#records?.note(pageId, { publishError: messageOf(error), publishFailedAt: now });
    this.options.log.error(
      { page: pageId, target: this.name, error: messageOf(error) },
      'publishing failed; the last good revision stays',
    );
  }

  async #publish(pageId: string): Promise<void> {
    if (await this.#files.publish(pageId)) await this.#files.writeTrailing(pageId);
    else setTimeout(() => this.#kick?.(), QUIET_MS);
  }

  /** Other processes write too. */
  async #poll(): Promise<void> {
    while (!this.#stopped) {
      await new Promise((resume) => setTimeout(resume, POLL_MS).unref());
      if (this.#stopped) return;
      try {
        await this.#look();
      } catch (error) {
        this.options.log.error({ error: messageOf(error) }, 'looking for changed pages failed');
      }
    }
  }

  async #look(): Promise<void> {
    const now = this.options.now();
    for (const id of this.failures.due(now)) this.#hurry(id);
    if (this.options.records) await this.#lookInDatabase(now);
    if (this.#urgent.size > 0) this.#kick?.();
  }

  async #lookInDatabase(now: number): Promise<void> {
    const { read } = this.options.store;
    const behind = await read
      .select({ id: pages.id, revision: pages.revision })
      .from(pages)
      .where(sql`${pages.revision} > ${pages.publishedRevision}`)
      .limit(1000);
    for (const { id, revision } of behind) {
      const done = (this.markOf(id)?.revision ?? -1) >= revision;
      if (!done && !this.failures.mustWait(id, now)) this.#hurry(id);
    }
    const requested = await read
      .select({ id: pages.id })
      .from(pages)
      .where(sql`${pages.publishRequested} > ${pages.publishAnswered}`)
      .limit(1000);
    for (const { id } of requested) await this.#answer(id);
  }

  /** `daymark publish` beside this process asked for a page. */
  async #answer(pageId: string): Promise<void> {
    while (this.#busy.has(pageId)) await new Promise((resume) => setTimeout(resume, 5));
    await this.#exclusively(pageId, async () => {
      this.#files.distrust(pageId);
      await this.#publishOrRemember(pageId);
      await this.#attempt(pageId, () => this.#files.writeTrailing(pageId));
      this.#archive.restart(pageId);
    });
    await this.#records?.settle();
    await this.options.store.write(async (tx) => {
      await tx
        .update(pages)
        .set({ publishAnswered: sql`publish_requested` })
        .where(inArray(pages.id, [pageId]));
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
