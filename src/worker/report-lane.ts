/**
 * The uptime pages of each page: an overview, and a report per month. They tell of days that are over, so they wait until
 * nothing else is due. What holds here:
 *
 * 1. Which of them are to be made again is on disk before `revision.json` speaks of the change that asks for it.
 * 2. Only months that a change reaches are made again; all of them when the looks of the page changed.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { addMonths, monthOf } from '../domain/calendar.ts';
import { planUptime, planUptimeMonth } from '../render/plan-uptime.ts';
import type { PlannedFile } from '../render/planned-file.ts';
import { monthsOf } from '../snapshot/archive.ts';
import type { Touch } from '../snapshot/load.ts';
import type { PublishedSnapshots } from '../snapshot/published.ts';
import type { PageSnapshot, SnapshotComponent, SnapshotIncident } from '../snapshot/schema.ts';
import { loadUptimeOverview } from '../snapshot/uptime-overview.ts';
import { loadMonthReport } from '../snapshot/uptime-report.ts';
import type { PublishTools } from './publish-page.ts';

const DAY_MS = 86_400_000;
/** Stands for the overview, beside months; it is made first. */
const OVERVIEW = 'overview';

/** What a publish has to say of what changed. */
export interface News {
  before: PageSnapshot | null;
  touches: readonly Touch[];
  /** Those of the touched incidents that are there. */
  incidents: readonly SnapshotIncident[];
}

interface State {
  slug: string;
  /** Whatever the reports depend on, besides days and incidents. */
  key: string;
  daysVersion: number;
  pending: Set<string>;
}

type Write = (tools: PublishTools, slug: string, files: readonly PlannedFile[]) => Promise<number>;

export class ReportLane {
  readonly #states = new Map<string, State>();
  /** Pages with something to make. */
  readonly #due = new Set<string>();

  constructor(
    private readonly tools: PublishTools,
    private readonly template: string,
    private readonly snapshots: PublishedSnapshots,
    private readonly write: Write,
  ) {}

  /** Notes what a publish makes stale. To be called before the publish is marked as done. */
  async note(after: PageSnapshot, { before, touches, incidents }: News): Promise<void> {
    const { id, slug } = after.page;
    const known = this.#states.get(id);
    const state = known?.slug === slug ? known : await this.#read(slug);
    const key = keyOf(after, this.template);
    const sameDays = state?.daysVersion === after.daysVersion;
    const all = !state || (before ? looksDiffer(before, after) : state.key !== key || !sameDays);
    const stale = all ? monthsOf(after) : staleMonths(before, after, touches, incidents, sameDays);
    const pending = new Set([...(state?.pending ?? []), ...stale]);
    if (stale.length > 0 || state?.key !== key) pending.add(OVERVIEW);
    const unchanged = state?.key === key && sameDays && pending.size === state.pending.size;
    const next = { slug, key, daysVersion: after.daysVersion, pending };
    this.#states.set(id, next);
    if (pending.size > 0) this.#due.add(id);
    if (!unchanged) await this.#save(next);
  }

  /** Goes on with what was open when this process, or the one before it, ended. */
  async resume(pageId: string, slug: string): Promise<void> {
    const state = await this.#read(slug);
    if (!state || state.pending.size === 0 || this.#states.has(pageId)) return;
    this.#states.set(pageId, state);
    this.#due.add(pageId);
  }

  forget(pageId: string): void {
    this.#due.delete(pageId);
    this.#states.delete(pageId);
  }

  /** Makes all of a page's reports again. */
  async restart(pageId: string): Promise<void> {
    const state = this.#states.get(pageId);
    const snapshot = state && (await this.snapshots.get(state.slug));
    if (!state || !snapshot) return;
    state.pending = new Set([OVERVIEW, ...monthsOf(snapshot)]);
    this.#due.add(pageId);
  }

  /** A page with something to make, among those that are free. */
  next(isFree: (pageId: string) => boolean): string | null {
    for (const pageId of this.#due) if (isFree(pageId)) return pageId;
    return null;
  }

  /** Makes the overview or one report of a page; false when there is nothing. */
  async step(pageId: string): Promise<boolean> {
    const state = this.#states.get(pageId);
    const what = state && nextOf(state.pending);
    const snapshot = state && (await this.snapshots.get(state.slug));
    if (!state || !what || !snapshot) {
      this.#due.delete(pageId);
      return false;
    }
    await this.tools.assertLease();
    await this.write(this.tools, state.slug, await this.#plan(snapshot, what));
    state.pending.delete(what);
    await this.#save(state);
    return true;
  }

  async #plan(snapshot: PageSnapshot, what: string): Promise<PlannedFile[]> {
    const { read } = this.tools;
    if (what === OVERVIEW) {
      const overview = await loadUptimeOverview(read, snapshot);
      return overview ? planUptime(snapshot.page, overview) : [];
    }
    const report = await loadMonthReport(read, snapshot, what);
    return report ? planUptimeMonth(snapshot.page, report) : [];
  }

  async #read(slug: string): Promise<State | null> {
    try {
      const stored = JSON.parse(await readFile(this.snapshots.besides(slug, 'uptime'), 'utf8')) as State;
      return { ...stored, slug, pending: new Set(stored.pending) };
    } catch {
      return null;
    }
  }

  async #save({ slug, key, daysVersion, pending }: State): Promise<void> {
    const path = this.snapshots.besides(slug, 'uptime');
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.new`, JSON.stringify({ key, daysVersion, pending: [...pending] }));
    await rename(`${path}.new`, path);
  }
}

/** The overview first, then the newest month. */
function nextOf(pending: ReadonlySet<string>): string | undefined {
  return pending.has(OVERVIEW) ? OVERVIEW : [...pending].sort().at(-1);
}

const named = ({ id, name, group, since }: SnapshotComponent) => [id, name, group?.name, since];

function keyOf({ page, firstMonth, components }: PageSnapshot, template: string): string {
  const text = JSON.stringify([template, page, firstMonth, components.map(named)]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

function looksDiffer(before: PageSnapshot, after: PageSnapshot): boolean {
  return before.firstMonth !== after.firstMonth || JSON.stringify(before.page) !== JSON.stringify(after.page);
}

/** The months that differ from those that `before` had, among those that have a report. */
function staleMonths(
  before: PageSnapshot | null,
  after: PageSnapshot,
  touches: readonly Touch[],
  incidents: readonly SnapshotIncident[],
  sameDays: boolean,
): string[] {
  const zone = after.page.timezone;
  const present = monthOf(after.asOf, zone);
  const months = new Set(touches.filter(({ kind }) => kind === 'uptime').map(({ ref }) => ref));
  const add = (from: number, to: number) => {
    for (let month = monthOf(from, zone); month <= monthOf(to, zone); month = addMonths(month, 1))
      months.add(month);
  };
  // A day closed: the month that it belongs to, and with a new month the way on to it.
  if (before && !sameDays) add(before.asOf - DAY_MS, after.asOf);
  if (before && monthOf(before.asOf, zone) !== present) add(before.asOf, after.asOf);
  for (const { startedAt, resolvedAt } of incidents) add(startedAt, resolvedAt ?? after.asOf);
  const since = before ? changedSince(before.components, after.components) : null;
  if (since !== null) add(since, after.asOf);
  return [...months].filter((month) => month >= after.firstMonth && month <= present);
}

/** From when on components are named differently; null when they are the same. */
function changedSince(
  before: readonly SnapshotComponent[],
  after: readonly SnapshotComponent[],
): number | null {
  if (before.length === after.length && before.every((one, place) => isNamed(one, after[place]!)))
    return null;
  const known = new Map(before.map((one) => [one.id, one]));
  const there = new Set(after.map(({ id }) => id));
  const kept = before.filter(({ id }) => there.has(id)).map(({ id }) => id);
  const moved = after.filter(({ id }) => known.has(id)).some(({ id }, place) => id !== kept[place]);
  const differ = [
    ...before.filter(({ id }) => moved || !there.has(id)),
    ...after.filter((one) => moved || !isNamed(known.get(one.id), one)),
  ];
  return differ.length === 0 ? null : Math.min(...differ.map(({ since }) => since));
}

function isNamed(a: SnapshotComponent | undefined, b: SnapshotComponent): boolean {
  return JSON.stringify(a && named(a)) === JSON.stringify(named(b));
}
