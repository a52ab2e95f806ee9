/**
 * Keeps one target current. What holds here:
 *
 * 1. Every revision gets published, itself or in a later one: a page is looked at again until its files have caught up.
 * 2. One thing at a time happens to a page; a burst of changes becomes one publish.
 * 3. Changes come first: what is in the background moves by small steps, and only while nothing else is due.
 * 4. A page that fails keeps its last good revision, is tried again later and later, and holds up nobody.
 */
import { eq, inArray, sql } from 'drizzle-orm';
import { pages } from '../../db/schema.ts';
import type { Store } from '../../db/transaction.ts';
import type { RevisionMark, Target } from '../publish/target.ts';
import type { PrintPage } from '../render/renderer.ts';
import type { PublishedSnapshots } from '../snapshot/published.ts';
import { ArchiveLane } from './archive-lane.ts';
import { type PublishTools, publishPage } from './publish-page.ts';

const POLL_MS = 1_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
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
  /** Told after a page's files were replaced, with paths below its root. */
  onPublished(slug: string, mark: RevisionMark, replaced: string[]): void;
  onGone(slug: string): void;
  log: { info(fields: object, text: string): void; error(fields: object, text: string): void };
}

interface Failure {
  error: string;
  since: number;
  retryAt: number;
  pause: number;
}

interface Waiter {
  revision: number;
  done(published: boolean): void;
}

export class Publisher {
  readonly failures = new Map<string, Failure>();
  /** Milliseconds that the last publishes took, and how many there were. */
  readonly stats = { publishes: 0, failed: 0, seconds: 0, lastSeconds: 0 };
  readonly #urgent = new Set<string>();
  readonly #busy = new Set<string>();
  readonly #verified = new Map<string, { slug: string; mark: RevisionMark }>();
  readonly #waiters = new Map<string, Waiter[]>();
  readonly #archive: ArchiveLane;
  readonly #tools: PublishTools;
  readonly #unrecorded = new Map<string, Partial<typeof pages.$inferInsert>>();
  #recording: Promise<void> | null = null;
  #stopped = false;
  #kick: (() => void) | null = null;

  constructor(readonly options: PublisherOptions) {
    const { store, target, publicUrl, printPage, now, assertLease } = options;
    this.#tools = { read: store.read, target, publicUrl, printPage, now, assertLease };
    this.#archive = new ArchiveLane(this.#tools, options.template, options.snapshots);
  }

  /** The page changed: publish it soon. */
  wake(pageId: string): void {
    this.#urgent.add(pageId);
    this.failures.delete(pageId);
    this.#kick?.();
  }

  /** The page's files are to be made again without a change of its revision: a day closed, an hour of trouble passed. */
  refresh(pageId: string): void {
    this.#archive.refresh(pageId);
    this.#kick?.();
  }

  /** Resolves to true when this revision, or a later one, lies whole in the target, to false after `ms`. */
  async published(pageId: string, revision: number, ms: number): Promise<boolean> {
    if ((this.#verified.get(pageId)?.mark.revision ?? 0) >= revision) return true;
    return new Promise((resolve) => {
      const waiter: Waiter = {
        revision,
        done: (published) => {
          clearTimeout(timer);
          resolve(published);
        },
      };
      const timer = setTimeout(() => {
        this.#waiters.set(
          pageId,
          (this.#waiters.get(pageId) ?? []).filter((other) => other !== waiter),
        );
        resolve(false);
      }, ms);
      this.#waiters.set(pageId, [...(this.#waiters.get(pageId) ?? []), waiter]);
    });
  }

  /** Works until `stop`. */
  async run(): Promise<void> {
    await this.#findStale();
    await Promise.all([...Array.from({ length: AT_ONCE }, () => this.#lane()), this.#poll()]);
    await this.#recording;
  }

  /** Finishes the publishes at work, and begins no other. */
  stop(): void {
    this.#stopped = true;
    this.#kick?.();
  }

  /** Publishes a page now, for a command. @throws whatever went wrong */
  async publishNow(pageId: string): Promise<void> {
    this.#verified.delete(pageId);
    await this.#publish(pageId);
    this.#archive.restart(pageId);
    while (await this.#archive.step(pageId));
    await this.#recording;
  }

  async #lane(): Promise<void> {
    while (!this.#stopped) {
      const next = [...this.#urgent].find((id) => !this.#busy.has(id));
      if (next) {
        this.#urgent.delete(next);
        await this.#exclusively(next, () => this.#publishOrRemember(next));
      } else if (!(await this.#background())) await this.#idle();
    }
  }

  /** One small step of what can wait; false when there is nothing. */
  async #background(): Promise<boolean> {
    const job = this.#archive.next((id) => !this.#busy.has(id) && !this.failures.has(id));
    if (!job) return false;
    await this.#exclusively(job.pageId, async () => {
      try {
        if (job.kind === 'refresh') await this.#publish(job.pageId);
        else await this.#archive.step(job.pageId);
      } catch (error) {
        this.#remember(job.pageId, error);
      }
    });
    return true;
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

  async #publishOrRemember(pageId: string): Promise<void> {
    try {
      await this.#publish(pageId);
      if (this.failures.delete(pageId)) this.options.log.info({ page: pageId }, 'publishing works again');
    } catch (error) {
      this.#remember(pageId, error);
      this.#record(pageId, { publishError: messageOf(error), publishFailedAt: this.options.now() });
    }
  }

  #remember(pageId: string, error: unknown): void {
    const before = this.failures.get(pageId);
    const pause = Math.min((before?.pause ?? FIRST_RETRY_MS / 2) * 2, LONGEST_RETRY_MS);
    const now = this.options.now();
    this.failures.set(pageId, {
      error: messageOf(error),
      since: before?.since ?? now,
      retryAt: now + pause,
      pause,
    });
    this.stats.failed++;
    this.options.log.error(
      { page: pageId, error: messageOf(error) },
      'publishing failed; the last good revision stays',
    );
  }

  async #publish(pageId: string): Promise<void> {
    const started = performance.now();
    const { options } = this;
    const verified = this.#verified.get(pageId);
    const slug = verified?.slug ?? (await this.#slugOf(pageId));
    if (!slug) return this.#gone(pageId);
    const known = verified ? options.snapshots.inMemory(slug) : null;
    const before = verified ? (known ?? (await options.snapshots.get(slug))) : null;
    const mark = verified?.mark ?? (await options.target.revisionOf(slug));
    const result = await publishPage(this.#tools, pageId, known, before, mark);
    if (!result) return this.#gone(pageId, slug);
    const newSlug = result.snapshot.page.slug;
    if (newSlug !== slug) {
      // What the files say of the page is known only below its present slug: start over there.
      this.#verified.delete(pageId);
      await this.#moved(slug, result.snapshot.page.slug);
    }
    this.#verified.set(pageId, { slug: newSlug, mark: result.mark });
    options.onPublished(newSlug, result.mark, result.replaced);
    this.#settle(pageId, result.mark.revision);
    this.stats.publishes++;
    this.stats.lastSeconds = (performance.now() - started) / 1000;
    this.stats.seconds += this.stats.lastSeconds;
    await options.snapshots.put(newSlug, result.snapshot);
    await this.#archive.noticed(pageId, before, result.snapshot);
    this.#record(pageId, {
      publishedRevision: result.mark.revision,
      publishedAt: options.now(),
      publishedTemplate: options.template,
      publishError: null,
      publishFailedAt: null,
    });
  }

  #settle(pageId: string, revision: number): void {
    const waiting = this.#waiters.get(pageId);
    if (!waiting) return;
    for (const waiter of waiting) if (waiter.revision <= revision) waiter.done(true);
    const left = waiting.filter((waiter) => waiter.revision > revision);
    if (left.length > 0) this.#waiters.set(pageId, left);
    else this.#waiters.delete(pageId);
  }

  async #slugOf(pageId: string): Promise<string | null> {
    const [row] = await this.options.store.read
      .select({ slug: pages.slug })
      .from(pages)
      .where(sql`${pages.id} = ${pageId}`);
    return row?.slug ?? null;
  }

  async #gone(pageId: string, slug = this.#verified.get(pageId)?.slug): Promise<void> {
    this.#verified.delete(pageId);
    this.failures.delete(pageId);
    this.#archive.forget(pageId);
    if (!slug) return;
    await this.options.target.removePage(slug);
    await this.options.snapshots.remove(slug);
    this.options.onGone(slug);
  }

  async #moved(from: string, to: string): Promise<void> {
    await this.options.target.removePage(from);
    await this.options.snapshots.remove(from);
    this.options.log.info({ from, to }, 'a page moved');
    this.options.onGone(from);
  }

  /** Notes in the database how a page stands; what a crash loses of it is found out again at the next start. */
  #record(pageId: string, columns: Partial<typeof pages.$inferInsert>): void {
    if (!this.options.records) return;
    this.#unrecorded.set(pageId, columns);
    this.#recording ??= this.#writeRecords();
  }

  async #writeRecords(): Promise<void> {
    while (this.#unrecorded.size > 0) {
      const records = [...this.#unrecorded];
      this.#unrecorded.clear();
      try {
        await this.options.store.write(async (tx) => {
          for (const [id, columns] of records) await tx.update(pages).set(columns).where(eq(pages.id, id));
        });
      } catch (error) {
        this.options.log.error(
          { error: messageOf(error) },
          'what was published could not be noted; it will be published again',
        );
      }
    }
    this.#recording = null;
  }

  /** Pages whose files were made with other templates, or whose revision is ahead: all of them at a first start. */
  async #findStale(): Promise<void> {
    if (!this.options.records) {
      const all = await this.options.store.read.select({ id: pages.id }).from(pages);
      for (const { id } of all) this.#archive.refresh(id);
      return;
    }
    const rows = await this.options.store.read
      .select({ id: pages.id, revision: pages.revision, published: pages.publishedRevision })
      .from(pages)
      .where(
        sql`${pages.revision} > ${pages.publishedRevision} or ${pages.publishedTemplate} is not ${this.options.template}`,
      );
    for (const row of rows) {
      if (row.revision > row.published) this.#urgent.add(row.id);
      else this.#archive.refresh(row.id);
    }
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
    for (const [id, failure] of this.failures) if (failure.retryAt <= now) this.#urgent.add(id);
    if (this.options.records) await this.#lookInDatabase(now);
    if (this.#urgent.size > 0) this.#kick?.();
  }

  async #lookInDatabase(now: number): Promise<void> {
    const behind = await this.options.store.read
      .select({ id: pages.id, revision: pages.revision })
      .from(pages)
      .where(sql`${pages.revision} > ${pages.publishedRevision}`)
      .limit(1000);
    for (const { id, revision } of behind) {
      const done = (this.#verified.get(id)?.mark.revision ?? -1) >= revision;
      if (!done && (this.failures.get(id)?.retryAt ?? 0) <= now) this.#urgent.add(id);
    }
    const requested = await this.options.store.read
      .select({ id: pages.id, requested: pages.publishRequested })
      .from(pages)
      .where(sql`${pages.publishRequested} > ${pages.publishAnswered}`)
      .limit(1000);
    for (const { id } of requested) await this.#answer(id);
  }

  /** `daymark publish` beside this process asked for a page. */
  async #answer(pageId: string): Promise<void> {
    while (this.#busy.has(pageId)) await new Promise((resume) => setTimeout(resume, 5));
    await this.#exclusively(pageId, async () => {
      this.#verified.delete(pageId);
      await this.#publishOrRemember(pageId);
      this.#archive.restart(pageId);
    });
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
