/**
 * Keeps one target current, while this process is the one to do so. What holds here:
 *
 * 1. Every revision gets published, itself or in a later one: a page is looked at again until its files have caught up.
 * 2. One thing at a time happens to a page; a burst of changes becomes one publish.
 * 3. Changes come first, also before what was found to be behind: what is in the background moves by small steps, and only
 *    while nothing else is due.
 * 4. A page that fails keeps its last good revision, is tried again later and later, and holds up nobody.
 * 5. A term begins with a look at everything: of what lay there before it, or was put there in between, nothing is taken
 *    for granted.
 */
import { messageOf } from '../domain/errors.ts';
import type { RevisionMark } from '../publish/target.ts';
import type { PageSnapshot } from '../snapshot/schema.ts';
import { ArchiveLane } from './archive-lane.ts';
import type { Failures } from './failures.ts';
import type { Onlooker, SeenPage } from './lookout.ts';
import { OwedFiles } from './owed-files.ts';
import { PageFiles } from './page-files.ts';
import { persistently } from './persistently.ts';
import { PublishLanes } from './publish-lanes.ts';
import { leadOn, type PublishTools } from './publish-page.ts';
import { PublishRecords } from './publish-records.ts';
import type { PublisherOptions } from './publisher-options.ts';
import type { News } from './report-lane.ts';
import { type Findings, sweep } from './sweep.ts';
import { Term } from './term.ts';

/** Whether a term has begun is looked at so often. */
const TERM_MS = 200;

export class Publisher implements Onlooker {
  readonly name: string;
  /** Why nothing can be found out about the target, and since when. */
  unreachable: { error: string; since: number } | null = null;
  readonly #term: Term;
  readonly #files: PageFiles;
  readonly #records: PublishRecords | null;
  readonly #archive: ArchiveLane;
  readonly #owed: OwedFiles;
  readonly #lanes: PublishLanes;
  readonly #tools: PublishTools;
  /** What lay there, and was current, when the term began. */
  #current: Findings['current'] = new Map();
  /** Slugs of pages that were not current when the term began, until they are tried. */
  #untried: Findings['behind'] = new Map();
  /** The term's look at everything is not over. */
  #looking = false;
  #begun: () => void = () => undefined;
  /** Resolves when the first term has begun: what is not current is known from then on. */
  readonly begun = new Promise<void>((resolve) => {
    this.#begun = resolve;
  });

  constructor(readonly options: PublisherOptions) {
    const { store, target, publicUrl, printPage, now, assertLease, onReplaced, log } = options;
    const keep = async (slug: string, snapshot: PageSnapshot, news: News) => {
      await this.#archive.note(snapshot, news);
      await options.snapshots.put(slug, snapshot);
      // The first publish is whole at once.
      if (news.before) await this.#owed.note(slug);
    };
    this.name = target.name;
    this.#term = new Term(() => options.term());
    this.#tools = { read: store.read, target, publicUrl, printPage, now, assertLease, onReplaced, keep };
    this.#archive = new ArchiveLane(this.#tools, options.template, options.snapshots);
    const complain = (error: unknown) =>
      log.error({ error: messageOf(error) }, 'what was published could not be noted');
    this.#records = options.records ? new PublishRecords(store, options.records, complain) : null;
    this.#owed = new OwedFiles(options.snapshots, options.trust === 'marks');
    this.#files = new PageFiles(options, this.#tools, this.#archive, this.#owed, this.#records);
    const parts = { term: this.#term, files: this.#files, archive: this.#archive, records: this.#records };
    this.#lanes = new PublishLanes({ options, ...parts, onTried: (pageId) => this.#tried(pageId) });
  }

  get failures(): Failures {
    return this.#lanes.failures;
  }

  /** For metrics: counts, and seconds in all. */
  get stats(): { publishes: number; failed: number; seconds: number } {
    return { ...this.#files.stats, failed: this.#lanes.failed };
  }

  /** How many pages are to be published. */
  get waiting(): number {
    return this.#lanes.queue.size;
  }

  /** The page changed: publish it soon. */
  wake(pageId: string): void {
    // Out of office nothing is kept: a term begins with a look at everything.
    if (!this.#term.isRunning) return;
    this.#lanes.queue.hurry(pageId);
    this.failures.delete(pageId);
    // The answer to whoever changed it leaves first.
    setImmediate(() => this.#lanes.queue.kick());
  }

  /** The page was deleted: its files go, and those that led on to it. */
  deleted(pageId: string, slugs: string[]): void {
    this.#files.deleted(pageId, slugs);
    this.wake(pageId);
  }

  /** The page's files are to be made again without a change of its revision: a day closed, an hour of trouble passed. */
  refresh(pageId: string): void {
    this.#archive.refresh(pageId);
    this.#lanes.queue.kick();
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
    // Whatever it was, it is seen again after the look at everything.
    if (!this.#term.isRunning || this.#looking) return;
    const there = Math.max(this.markOf(id)?.revision ?? -1, this.#current.get(id)?.revision ?? -1);
    if (there < revision) {
      if (!this.failures.mustWait(id, this.options.now())) this.#lanes.queue.hurryTo(id, revision);
      this.#lanes.queue.kick();
    } else if (publishedRevision < revision) this.#files.noteAgain(id, revision);
  }

  /** A page left a slug, whoever made it. */
  left(slug: string, pageId: string | null): void {
    if (!this.#term.isRunning) return;
    if (pageId === null) this.deleted(`slug:${slug}`, [slug]);
    else {
      this.#files.leaving(pageId, slug);
      this.wake(pageId);
    }
  }

  /** Works until `stop`. */
  async run(): Promise<void> {
    while (!this.#term.isStopped) {
      const term = this.options.term();
      if (term === null) await new Promise((resume) => setTimeout(resume, TERM_MS).unref());
      else await this.#serve(term);
    }
    await this.#records?.settle();
  }

  async #serve(term: number): Promise<void> {
    this.#term.begin(term);
    await persistently(
      () => this.#sweep(),
      (error) => this.#lost(error),
      () => this.#term.isOver(),
    );
    this.unreachable = null;
    this.#begun();
    await Promise.all([this.#lanes.run(), this.#resume()]);
    if (this.#term.isHeld()) {
      for (const pageId of this.#files.trailing.pages())
        await this.#lanes.attempt(pageId, () => this.#files.writeTrailing(pageId));
    } else this.options.log.info({ target: this.name }, 'another process publishes from here on');
    this.#forget();
  }

  #forget(): void {
    this.#term.end();
    this.#lanes.queue.clear();
    this.#current.clear();
    this.failures.clear();
    this.#files.forget();
    this.#archive.forgetAll();
    this.options.target.forget();
  }

  /** Finishes the publishes at work, and begins no other. */
  stop(): void {
    this.#term.stop();
    this.#lanes.queue.kick();
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
    await this.#lanes.publish(pageId);
    await this.#files.writeTrailing(pageId);
    await this.#archive.restart(pageId);
    while (await this.#archive.step(pageId));
    if (strays) await this.#files.removeStrays(pageId);
  }

  /** Resolves when the database knows of all that was published. */
  async settle(): Promise<void> {
    await this.#records?.settle();
  }

  async #sweep(): Promise<void> {
    this.#looking = true;
    const { store, target, template, trust } = this.options;
    const found = await sweep(store.read, target, trust, template, {
      templateOf: (slug) => this.#archive.templateOf(slug),
      owes: (slug) => this.#owed.has(slug),
    });
    this.#current = found.current;
    this.#untried = found.behind;
    this.options.onBehind?.([...found.behind.values()].map(({ slug }) => slug));
    for (const [id, { revision }] of found.behind) this.#lanes.queue.later(id, revision);
    for (const id of found.stale) this.#archive.refresh(id);
    for (const { slug, pageId } of found.moved) await leadOn(this.#tools, slug, pageId);
    this.#looking = false;
  }

  /** Goes on with what was left open of pages that are current: nobody need wait for it. */
  async #resume(): Promise<void> {
    for (const [pageId, { slug }] of this.#current) {
      if (this.#term.isOver()) return;
      await this.#archive.resume(pageId, slug);
    }
    this.#lanes.queue.kick();
  }

  #tried(pageId: string): void {
    const page = this.#untried.get(pageId);
    if (page === undefined) return;
    this.#untried.delete(pageId);
    this.options.onTried?.(page.slug);
  }

  #lost(error: unknown): void {
    const { now, log } = this.options;
    this.unreachable = { error: messageOf(error), since: this.unreachable?.since ?? now() };
    log.error({ target: this.name, error: messageOf(error) }, 'a target can not be reached');
  }

  /** Publishes all of a page anew; resolves when that was tried. */
  async republish(pageId: string): Promise<void> {
    if (!this.#term.isRunning) return;
    await this.#lanes.queue.exclusively(pageId, async () => {
      this.#files.distrust(pageId);
      await this.#lanes.publishOrRemember(pageId);
      if (!this.failures.has(pageId))
        await this.#lanes.attempt(pageId, () => this.#files.writeTrailing(pageId));
      await this.#archive.restart(pageId);
    });
    await this.#records?.settle();
  }
}
