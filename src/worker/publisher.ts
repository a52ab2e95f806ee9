/**
 * Keeps one target current, while this process is the one to do so. What holds here:
 *
 * 1. Every revision gets published, itself or in a later one: a page is looked at again until its files have caught up.
 * 2. One thing at a time happens to a page; a burst of changes becomes one publish.
 * 3. Changes come first: what is in the background moves by small steps, and only while nothing else is due.
 * 4. A page that fails keeps its last good revision, is tried again later and later, and holds up nobody.
 * 5. A term begins with a look at everything: of what lay there before it, or was put there in between, nothing is taken
 *    for granted.
 */
import type { Store } from '../../db/transaction.ts';
import type { RevisionMark, Target } from '../publish/target.ts';
import type { PrintPage } from '../render/renderer.ts';
import type { PublishedSnapshots } from '../snapshot/published.ts';
import type { PageSnapshot } from '../snapshot/schema.ts';
import { ArchiveLane } from './archive-lane.ts';
import { Failures } from './failures.ts';
import type { Onlooker, SeenPage } from './lookout.ts';
import { PageFiles } from './page-files.ts';
import { PageQueue } from './page-queue.ts';
import { persistently } from './persistently.ts';
import { leadOn, type PublishTools } from './publish-page.ts';
import { PublishRecords } from './publish-records.ts';
import type { News } from './report-lane.ts';
import { sweep, type Trust } from './sweep.ts';
import { QUIET_MS } from './trailing-files.ts';

const RETRY_MS = 1_000;
/** Whether a term has begun is looked at so often. */
const TERM_MS = 200;
/** Under a stream of writes a publish holds back so long at most. */
const LONGEST_HOLD_MS = 25;
const LOOK_AGAIN_MS = 1;
/** Pages at work at once: while one waits for the disk another is rendered. */
const AT_ONCE = 2;

export interface PublisherOptions {
  store: Store;
  target: Target;
  snapshots: PublishedSnapshots;
  /** Where to find out, at the beginning of a term, what the target holds. */
  trust: Trust;
  /** Names the term in which this process keeps the target; null while another one does. */
  term(): number | null;
  /** Of the first target: true while the database is to note what it holds. */
  records: (() => boolean) | null;
  publicUrl: string;
  printPage: PrintPage;
  now(): number;
  /** Hash of all that decides what files look like. */
  template: string;
  /** The fence, while this process may write; null where nobody else could. */
  assertLease(): Promise<number | null>;
  /** Told after files of a page were replaced, with paths below its root. */
  onReplaced(slug: string, replaced: string[]): void;
  /** Told after a page left a slug. */
  onGone(slug: string): void;
  /** Told when a page lies whole at its new slug, before the old one does no more than lead on. */
  onMoving?(): Promise<void>;
  /** Told at the beginning of a term which pages do not lie there as they are now. */
  onBehind?(slugs: string[]): void;
  /** Told when such a page was tried, however that went. */
  onTried?(slug: string): void;
  /** True while writes are being answered. */
  isBusy(): boolean;
  log: { info(fields: object, text: string): void; error(fields: object, text: string): void };
}

export class Publisher implements Onlooker {
  readonly name: string;
  readonly failures = new Failures();
  /** Why nothing can be found out about the target, and since when. */
  unreachable: { error: string; since: number } | null = null;
  #failed = 0;
  readonly #queue = new PageQueue();
  readonly #files: PageFiles;
  readonly #records: PublishRecords | null;
  readonly #archive: ArchiveLane;
  readonly #tools: PublishTools;
  /** Revisions that lay there when the term began. */
  #current = new Map<string, number>();
  /** Slugs of pages that were not current when the term began, until they are tried. */
  #untried = new Map<string, string>();
  #stopped = false;
  #term: number | null = null;
  #begun: () => void = () => undefined;
  /** Resolves when the first term has begun: what is not current is known from then on. */
  readonly begun = new Promise<void>((resolve) => {
    this.#begun = resolve;
  });

  constructor(readonly options: PublisherOptions) {
    const { store, target, publicUrl, printPage, now, assertLease, onReplaced, log } = options;
    const keep = async (slug: string, snapshot: PageSnapshot, news: News) => {
      await this.#archive.reports.note(snapshot, news);
      await options.snapshots.put(slug, snapshot);
    };
    this.name = target.name;
    this.#tools = { read: store.read, target, publicUrl, printPage, now, assertLease, onReplaced, keep };
    this.#archive = new ArchiveLane(this.#tools, options.template, options.snapshots);
    const complain = (error: unknown) =>
      log.error({ error: messageOf(error) }, 'what was published could not be noted');
    this.#records = options.records ? new PublishRecords(store, options.records, complain) : null;
    this.#files = new PageFiles(options, this.#tools, this.#archive, this.#records);
  }

  /** For metrics: counts, and seconds in all. */
  get stats(): { publishes: number; failed: number; seconds: number } {
    return { ...this.#files.stats, failed: this.#failed };
  }

  /** How many pages are to be published. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** The page changed: publish it soon. */
  wake(pageId: string): void {
    // Out of office nothing is kept: a term begins with a look at everything.
    if (this.#term === null) return;
    this.#queue.hurry(pageId);
    this.failures.delete(pageId);
    // The answer to whoever changed it leaves first.
    setImmediate(() => this.#queue.kick());
  }

  /** The page was deleted: its files go, and those that led on to it. */
  deleted(pageId: string, slugs: string[]): void {
    this.#files.deleted(pageId, slugs);
    this.wake(pageId);
  }

  /** The page's files are to be made again without a change of its revision: a day closed, an hour of trouble passed. */
  refresh(pageId: string): void {
    this.#archive.refresh(pageId);
    this.#queue.kick();
  }

  /** Resolves to true when this revision, or a later one, lies whole in the target, to false after `ms`. */
  published(pageId: string, revision: number, ms: number): Promise<boolean> {
    return this.#files.published(pageId, revision, ms);
  }

  /** What this process put at the target of a page. */
  markOf(pageId: string): RevisionMark | null {
    return this.#files.markOf(pageId);
  }

  /** A page as the database has it, whoever changed it. */
  seen({ id, revision, publishedRevision }: SeenPage): void {
    if (this.#term === null) return;
    const there = Math.max(this.markOf(id)?.revision ?? -1, this.#current.get(id) ?? -1);
    if (there < revision) {
      if (!this.failures.mustWait(id, this.options.now())) this.#queue.hurry(id);
      this.#queue.kick();
    } else if (publishedRevision < revision) this.#files.noteAgain(id, revision);
  }

  /** A page left a slug, whoever made it. */
  left(slug: string, pageId: string | null): void {
    if (this.#term === null) return;
    if (pageId === null) this.deleted(`slug:${slug}`, [slug]);
    else {
      this.#files.leaving(pageId, slug);
      this.wake(pageId);
    }
  }

  /** Works until `stop`. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      const term = this.options.term();
      if (term === null) await new Promise((resume) => setTimeout(resume, TERM_MS).unref());
      else await this.#serve(term);
    }
    await this.#records?.settle();
  }

  async #serve(term: number): Promise<void> {
    this.#term = term;
    await persistently(
      () => this.#sweep(),
      (error) => this.#lost(error),
      () => this.#isOver(),
    );
    this.unreachable = null;
    this.#begun();
    await Promise.all([...Array.from({ length: AT_ONCE }, () => this.#lane()), this.#retry()]);
    if (this.options.term() === term) {
      for (const pageId of this.#files.trailing.pages())
        await this.#attempt(pageId, () => this.#files.writeTrailing(pageId));
    } else this.options.log.info({ target: this.name }, 'another process publishes from here on');
    this.#forget();
  }

  #isOver(): boolean {
    return this.#stopped || this.options.term() !== this.#term;
  }

  #forget(): void {
    this.#term = null;
    this.#queue.clear();
    this.#current.clear();
    this.failures.clear();
    this.#files.forget();
    this.#archive.forgetAll();
    this.options.target.forget();
  }

  /** Finishes the publishes at work, and begins no other. */
  stop(): void {
    this.#stopped = true;
    this.#queue.kick();
  }

  /** For a command, before it publishes: what lies there is this database's, or goes. @throws whatever the target says */
  async prepare(): Promise<void> {
    await this.#sweep();
  }

  /**
   * Publishes a page now, all of it, for a command. @throws whatever went wrong
   *
   * @param strays true when there may be files of what the database knows nothing of
   */
  async publishNow(pageId: string, strays = false): Promise<void> {
    this.#files.distrust(pageId);
    await this.#publish(pageId);
    await this.#files.writeTrailing(pageId);
    await this.#archive.restart(pageId);
    while (await this.#archive.step(pageId));
    if (strays) await this.#files.removeStrays(pageId);
    await this.#records?.settle();
  }

  async #sweep(): Promise<void> {
    const { store, target, template, trust } = this.options;
    const found = await sweep(store.read, target, trust, template, (slug) => this.#archive.templateOf(slug));
    this.#current = found.current;
    this.#untried = found.behind;
    this.options.onBehind?.([...found.behind.values()]);
    for (const id of found.behind.keys()) this.#queue.hurry(id);
    for (const id of found.stale) this.#archive.refresh(id);
    for (const { slug, pageId } of found.moved) await leadOn(this.#tools, slug, pageId);
  }

  async #lane(): Promise<void> {
    while (!this.#isOver()) {
      const next = this.#queue.take((id, since) => this.#isReady(id, since));
      if (next) {
        await this.#queue.exclusively(next, () => this.#publishOrRemember(next));
        this.#tried(next);
      } else if (next === undefined) await new Promise((resume) => setTimeout(resume, LOOK_AGAIN_MS));
      else if (!(await this.#background())) {
        // The kick that `#publish` sends may come a moment before they are due, and another would not.
        await this.#queue.idle(this.#files.trailing.isEmpty ? null : QUIET_MS);
      }
    }
  }

  #tried(pageId: string): void {
    const slug = this.#untried.get(pageId);
    if (slug === undefined) return;
    this.#untried.delete(pageId);
    this.options.onTried?.(slug);
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
    const isFree = (id: string) => this.#queue.isFree(id) && !this.failures.has(id);
    const behind = this.#files.trailing.next(isFree);
    if (behind) {
      await this.#queue.exclusively(behind, () =>
        this.#attempt(behind, () => this.#files.writeTrailing(behind)),
      );
      return true;
    }
    const job = this.#archive.next(isFree);
    if (!job) return false;
    await this.#queue.exclusively(job.pageId, () =>
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
    // Whoever has taken over does it.
    if (this.options.term() !== this.#term) return;
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
    else setTimeout(() => this.#queue.kick(), QUIET_MS);
  }

  async #retry(): Promise<void> {
    while (!this.#isOver()) {
      await new Promise((resume) => setTimeout(resume, RETRY_MS).unref());
      for (const id of this.failures.due(this.options.now())) this.#queue.hurry(id);
      if (this.#queue.size > 0 || this.#isOver()) this.#queue.kick();
    }
  }

  /** Publishes all of a page anew; resolves when that was tried. */
  async republish(pageId: string): Promise<void> {
    if (this.#term === null) return;
    await this.#queue.exclusively(pageId, async () => {
      this.#files.distrust(pageId);
      await this.#publishOrRemember(pageId);
      await this.#attempt(pageId, () => this.#files.writeTrailing(pageId));
      await this.#archive.restart(pageId);
    });
    await this.#records?.settle();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
