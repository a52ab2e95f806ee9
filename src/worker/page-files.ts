/** What lies at one target for each page, as far as this process put it there, and how it is brought up to date. */
import { sql } from 'drizzle-orm';
import { pages } from '../../db/schema.ts';
import type { RevisionMark } from '../publish/target.ts';
import { isoTime } from '../text/time.ts';
import type { ArchiveLane } from './archive-lane.ts';
import type { OwedFiles } from './owed-files.ts';
import { leadOn, type PublishTools, publishPage } from './publish-page.ts';
import type { PublishRecords } from './publish-records.ts';
import type { PublisherOptions } from './publisher-options.ts';
import { removeStrays } from './strays.ts';
import { TrailingFiles } from './trailing-files.ts';
import { Waiters } from './waiters.ts';

interface Verified {
  slug: string;
  mark: RevisionMark;
  /** False after a publish that failed: some files may say more than `mark`. */
  whole: boolean;
}

export class PageFiles {
  /** For metrics: counts, and seconds in all. */
  readonly stats = { publishes: 0, seconds: 0 };
  readonly trailing: TrailingFiles;
  readonly waiters = new Waiters();
  readonly #verified = new Map<string, Verified>();
  /** Slugs of pages that were deleted. */
  readonly #deleted = new Map<string, string[]>();
  /** Slugs that pages left; true of those at which something of the page lies, or may. */
  readonly #leaving = new Map<string, Map<string, boolean>>();

  constructor(
    private readonly options: PublisherOptions,
    private readonly tools: PublishTools,
    private readonly archive: ArchiveLane,
    private readonly owed: OwedFiles,
    private readonly records: PublishRecords | null,
  ) {
    this.trailing = new TrailingFiles(tools);
  }

  /** The page was deleted: the next publish takes away what lies at its slugs. */
  deleted(pageId: string, slugs: string[]): void {
    this.#deleted.set(pageId, slugs);
  }

  /** The page left a slug: once it lies whole at its new one, the old one leads there. */
  leaving(pageId: string, slug: string): void {
    this.#leaves(pageId, slug, this.#leaving.get(pageId)?.get(slug) ?? false);
  }

  /** Another process noted an older revision, or none, of what lies here; `revision` lay here when the term began. */
  noteAgain(pageId: string, revision: number): void {
    const mark = this.markOf(pageId) ?? { revision, published_at: isoTime(this.options.now()) };
    if (!this.trailing.has(pageId)) this.records?.noteAgain(pageId, this.#recordOf(mark));
  }

  /** Nothing that is known holds any more. */
  forget(): void {
    this.#verified.clear();
    this.#deleted.clear();
    this.#leaving.clear();
    for (const pageId of this.trailing.pages()) this.trailing.forget(pageId);
  }

  /** What this process put at the target of a page. */
  markOf(pageId: string): RevisionMark | null {
    return this.#verified.get(pageId)?.mark ?? null;
  }

  /** A publish failed on the way: some files may say more than the mark. */
  doubt(pageId: string): void {
    const verified = this.#verified.get(pageId);
    if (verified) this.#verified.set(pageId, { ...verified, whole: false });
  }

  /** The next publish looks at everything again. */
  distrust(pageId: string): void {
    this.#verified.delete(pageId);
  }

  /** Resolves to true when this revision, or a later one, lies whole in the target, to false after `ms`. */
  async published(pageId: string, revision: number, ms: number): Promise<boolean> {
    const done = (this.markOf(pageId)?.revision ?? 0) >= revision;
    if (done && !this.trailing.has(pageId)) return true;
    return this.waiters.wait(pageId, revision, ms);
  }

  /**
   * Publishes a page as it is now. @throws whatever went wrong
   *
   * @returns true when its trailing files are due at once
   */
  async publish(pageId: string): Promise<boolean> {
    const started = performance.now();
    const { options, tools } = this;
    const verified = this.#verified.get(pageId);
    const slug = await this.#slugOf(pageId);
    if (!slug) return this.#gone(pageId);
    // What the files of another slug say does not count below this one.
    const here = verified?.slug === slug && verified.whole ? verified : undefined;
    const known = here ? options.snapshots.inMemory(slug) : null;
    const before = here ? (known ?? (await options.snapshots.get(slug))) : null;
    const mark = here?.mark ?? (await options.target.revisionOf(slug));
    const madeAt = before ? null : ((await options.snapshots.get(slug))?.asOf ?? null);
    const result = await publishPage(tools, pageId, known, before, mark, madeAt);
    if (!result) return this.#gone(pageId);
    const { snapshot } = result;
    this.#verified.set(pageId, { slug: snapshot.page.slug, mark: result.mark, whole: true });
    // At once: whoever asks from here on whether it is published waits for these, too.
    this.trailing.follow(pageId, snapshot.page.slug, result.trailing, async () => {
      await this.owed.paid(snapshot.page.slug);
      this.records?.note(pageId, this.#recordOf(result.mark));
    });
    this.stats.publishes++;
    this.stats.seconds += (performance.now() - started) / 1000;
    if (verified && verified.slug !== slug) this.#leaves(pageId, verified.slug, true);
    await this.#leave(pageId, slug);
    return this.waiters.has(pageId) || this.trailing.isOverdue(pageId);
  }

  /** Who waits for a revision waits for all of it. @throws whatever went wrong */
  async writeTrailing(pageId: string): Promise<void> {
    await this.trailing.write(pageId);
    this.waiters.published(pageId, this.markOf(pageId)?.revision ?? 0);
  }

  /** Takes away files of what the database knows nothing of. */
  async removeStrays(pageId: string): Promise<void> {
    const slug = this.#verified.get(pageId)?.slug;
    if (slug === undefined) return;
    await this.tools.assertLease();
    this.options.onReplaced(
      slug,
      await removeStrays(this.options.store.read, this.options.target, { id: pageId, slug }),
    );
  }

  #recordOf({ revision, published_at }: Pick<RevisionMark, 'revision' | 'published_at'>) {
    return {
      publishedRevision: revision,
      publishedAt: Date.parse(published_at),
      publishedTemplate: this.options.template,
      publishError: null,
      publishFailedAt: null,
    };
  }

  async #slugOf(pageId: string): Promise<string | null> {
    const [row] = await this.options.store.read
      .select({ slug: pages.slug })
      .from(pages)
      .where(sql`${pages.id} = ${pageId}`);
    return row?.slug ?? null;
  }

  async #gone(pageId: string): Promise<false> {
    const present = this.#verified.get(pageId)?.slug;
    this.archive.forget(pageId);
    for (const slug of this.#deleted.get(pageId) ?? (present ? [present] : []))
      if (!(await this.#isTaken(slug))) await this.#forget(slug);
    this.#verified.delete(pageId);
    this.trailing.forget(pageId);
    this.#deleted.delete(pageId);
    return false;
  }

  async #isTaken(slug: string): Promise<boolean> {
    const rows = await this.options.store.read
      .select({ id: pages.id })
      .from(pages)
      .where(sql`${pages.slug} = ${slug}`);
    return rows.length > 0;
  }

  async #forget(slug: string): Promise<void> {
    await this.options.target.removePage(slug);
    await this.options.snapshots.remove(slug);
    this.options.onGone(slug);
  }

  #leaves(pageId: string, slug: string, isThere: boolean): void {
    const slugs = this.#leaving.get(pageId) ?? new Map<string, boolean>();
    this.#leaving.set(pageId, slugs.set(slug, isThere));
  }

  /** Each is forgotten when it leads on: one that could not be made to is tried again with the page. */
  async #leave(pageId: string, slug: string): Promise<void> {
    const left = this.#leaving.get(pageId) ?? new Map<string, boolean>();
    for (const [from, isThere] of left) {
      const mayLead = from !== slug && !(await this.#isTaken(from));
      if (mayLead && (isThere || (await this.options.target.revisionOf(from)))) {
        left.set(from, true);
        await this.#moved(from, pageId);
      }
      left.delete(from);
    }
    if (left.size === 0) this.#leaving.delete(pageId);
  }

  async #moved(from: string, pageId: string): Promise<void> {
    await this.options.onMoving?.();
    await leadOn(this.tools, from, pageId);
    await this.options.snapshots.remove(from);
    this.options.onGone(from);
  }
}
