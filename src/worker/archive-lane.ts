/**
 * What can wait: archive pages after a change of looks or of templates, files of a new day. Done in steps of some ten
 * milliseconds. What holds here:
 *
 * 1. That a page's archive is to be made again is on disk before `revision.json` speaks of the change that asks for it.
 * 2. How far it has come lies beside the page's snapshot: the next start goes on from there.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { planIncident, planMaintenance, planMonth } from '../render/plan-archive.ts';
import { loadIncidents, loadMonth, loadWindows, monthsOf, nextInArchive } from '../snapshot/archive.ts';
import type { PublishedSnapshots } from '../snapshot/published.ts';
import type { PageSnapshot } from '../snapshot/schema.ts';
import { type PublishTools, renderAndWrite } from './publish-page.ts';
import { type News, ReportLane } from './report-lane.ts';

const STEP = 3;

type Position = { kind: 'incident' | 'maintenance' | 'month'; after: string };

/** What the archive's files were made with, and how far that has come; done when `position` is null. */
interface Progress {
  key: string;
  position: Position | null;
}

export interface Job {
  pageId: string;
  kind: 'refresh' | 'archive';
}

export class ArchiveLane {
  readonly #refreshes = new Set<string>();
  readonly #jobs = new Map<string, { slug: string; progress: Progress }>();
  readonly #done = new Map<string, string>();
  readonly #slugs = new Map<string, string>();
  readonly reports: ReportLane;

  constructor(
    private readonly tools: PublishTools,
    private readonly template: string,
    private readonly snapshots: PublishedSnapshots,
  ) {
    this.reports = new ReportLane(tools, template, snapshots, renderAndWrite);
  }

  /** Publish the page again when there is time. */
  refresh(pageId: string): void {
    this.#refreshes.add(pageId);
  }

  forget(pageId: string): void {
    this.#refreshes.delete(pageId);
    this.#jobs.delete(pageId);
    this.#done.delete(pageId);
    this.#slugs.delete(pageId);
    this.reports.forget(pageId);
  }

  forgetAll(): void {
    for (const known of [this.#refreshes, this.#jobs, this.#done, this.#slugs]) known.clear();
  }

  /** What the files of a page were last made with, as far as this data directory knows. */
  async templateOf(slug: string): Promise<string | null> {
    const stored = await this.#read(slug);
    return stored ? ((JSON.parse(stored.key) as [string])[0] ?? null) : null;
  }

  next(isFree: (pageId: string) => boolean): Job | null {
    for (const pageId of this.#refreshes) {
      if (!isFree(pageId)) continue;
      this.#refreshes.delete(pageId);
      return { pageId, kind: 'refresh' };
    }
    for (const pageId of this.#jobs.keys()) if (isFree(pageId)) return { pageId, kind: 'archive' };
    const pageId = this.reports.next(isFree);
    return pageId === null ? null : { pageId, kind: 'archive' };
  }

  /** Notes what a publish makes stale. To be called before the publish is marked as done. */
  async note(after: PageSnapshot, news: News): Promise<void> {
    await this.reports.note(after, news);
    const { id: pageId, slug } = after.page;
    this.#slugs.set(pageId, slug);
    const key = this.#keyOf(after);
    if (this.#done.get(pageId) === key) return;
    if (this.#jobs.get(pageId)?.progress.key === key) return;
    const stored = news.before ? null : await this.#read(slug);
    if (stored?.key === key && stored.position === null) {
      this.#done.set(pageId, key);
      return;
    }
    this.#done.delete(pageId);
    const progress = stored?.key === key ? stored : beginning(key);
    this.#jobs.set(pageId, { slug, progress });
    if (progress !== stored) await this.#write(slug, progress);
  }

  /** Goes on with what was open when this process, or the one before it, ended; unless the page is published meanwhile. */
  async resume(pageId: string, slug: string): Promise<void> {
    await this.reports.resume(pageId, slug);
    const stored = await this.#read(slug);
    if (!stored?.position || this.#slugs.has(pageId)) return;
    this.#slugs.set(pageId, slug);
    this.#jobs.set(pageId, { slug, progress: stored });
  }

  /** Makes the whole archive of a page again. */
  async restart(pageId: string): Promise<void> {
    await this.reports.restart(pageId);
    const key = this.#done.get(pageId) ?? this.#jobs.get(pageId)?.progress.key;
    const slug = this.#slugs.get(pageId);
    this.#done.delete(pageId);
    if (key && slug) this.#jobs.set(pageId, { slug, progress: beginning(key) });
  }

  /** One step; false when the page's archive is done. */
  async step(pageId: string): Promise<boolean> {
    return (await this.#archiveStep(pageId)) || this.reports.step(pageId);
  }

  async #archiveStep(pageId: string): Promise<boolean> {
    const job = this.#jobs.get(pageId);
    if (!job) return false;
    const snapshot = await this.snapshots.get(job.slug);
    if (!snapshot || !job.progress.position) {
      this.#jobs.delete(pageId);
      return false;
    }
    await this.tools.assertLease();
    const position = await this.#advance(snapshot, job.progress.position);
    job.progress = { key: job.progress.key, position };
    if (position === null) {
      this.#jobs.delete(pageId);
      this.#done.set(pageId, job.progress.key);
    }
    await this.#write(job.slug, job.progress);
    return position !== null;
  }

  async #advance(snapshot: PageSnapshot, position: Position): Promise<Position | null> {
    const { id, slug } = snapshot.page;
    if (position.kind === 'month') {
      const month = monthsOf(snapshot).find((one) => one > position.after);
      if (!month) return null;
      await renderAndWrite(this.tools, slug, planMonth(await loadMonth(this.tools.read, snapshot, month)));
      return { kind: 'month', after: month };
    }
    const { kind, after } = position;
    const ids = await nextInArchive(this.tools.read, id, { kind, after }, STEP);
    if (ids.length === 0) return { kind: kind === 'incident' ? 'maintenance' : 'month', after: '' };
    const files =
      kind === 'incident'
        ? (await loadIncidents(this.tools.read, id, ids)).flatMap((incident) =>
            planIncident(snapshot, incident),
          )
        : (await loadWindows(this.tools.read, id, ids)).flatMap((window) =>
            planMaintenance(snapshot, window),
          );
    await renderAndWrite(this.tools, slug, files);
    return { kind, after: ids.at(-1)! };
  }

  /** Whatever archive pages depend on, besides what they tell. */
  #keyOf({ page, firstMonth }: PageSnapshot): string {
    return JSON.stringify([this.template, page, firstMonth]);
  }

  async #read(slug: string): Promise<Progress | null> {
    try {
      return JSON.parse(await readFile(this.snapshots.besides(slug, 'archive'), 'utf8')) as Progress;
    } catch {
      return null;
    }
  }

  async #write(slug: string, progress: Progress): Promise<void> {
    const path = this.snapshots.besides(slug, 'archive');
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.new`, JSON.stringify(progress));
    await rename(`${path}.new`, path);
  }
}

function beginning(key: string): Progress {
  return { key, position: { kind: 'incident', after: '' } };
}
