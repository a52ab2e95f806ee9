/**
 * One publish of one page to one target. What holds here:
 *
 * 1. `revision.json` is written after every current file of its revision is on disk.
 * 2. What a file says follows from the snapshot, and the snapshot from rows and now.
 * 3. A failure leaves `revision.json` as it was: the next publish does all of it again.
 */
import type { Database } from '../../db/client.ts';
import { addMonths, monthOf } from '../domain/calendar.ts';
import { giveBack } from '../publish/give-back.ts';
import { givingWay } from '../publish/giving-way.ts';
import { MOVED_FILE, type OutFile, type RevisionMark, type Target } from '../publish/target.ts';
import { toJson } from '../render/documents/json.ts';
import { leftLanguages } from '../render/languages.ts';
import { fileOf, paths } from '../render/paths.ts';
import { filesOfComponent, planCurrent } from '../render/plan.ts';
import { filesOf, planIncident, planMaintenance, planMonth } from '../render/plan-archive.ts';
import type { PlannedFile } from '../render/planned-file.ts';
import { type PrintPage, renderFile } from '../render/renderer.ts';
import { loadIncidents, loadMonth, loadWindows } from '../snapshot/archive.ts';
import { buildSnapshot, isReusable } from '../snapshot/build.ts';
import { loadPage, type Touch } from '../snapshot/load.ts';
import type { PageSnapshot } from '../snapshot/schema.ts';
import { isoTime } from '../text/time.ts';
import type { News } from './report-lane.ts';

export interface PublishTools {
  read: Database;
  target: Target;
  publicUrl: string;
  printPage: PrintPage;
  now(): number;
  /** The fence, or null where nobody else could write. Throws when this process may not write any more. */
  assertLease(): Promise<number | null>;
  onReplaced(slug: string, paths: string[]): void;
  /** Keeps the snapshot for queries, before `revision.json` speaks of it. */
  keep(slug: string, snapshot: PageSnapshot, news: News): Promise<void>;
}

export interface Published {
  snapshot: PageSnapshot;
  mark: RevisionMark;
  /** Large files that readers hardly miss for a moment: to be written next. */
  trailing: PlannedFile[];
}

/** The target holds a newer revision than the database: an older copy of the database must not undo it. */
export class NewerAtTargetError extends Error {}

/**
 * Publishes a page as it is now.
 *
 * @param known the snapshot made last in this process, if it is still at hand
 * @param before what the files at the target are known to say; null when that is not known
 * @param mark the `revision.json` that lies at the target
 * @param madeAt when the page's files were last made, as far as anybody knows
 * @returns null when the page is not there any more
 */
export async function publishPage(
  tools: PublishTools,
  pageId: string,
  known: PageSnapshot | null,
  before: PageSnapshot | null,
  mark: RevisionMark | null,
  madeAt: number | null,
): Promise<Published | null> {
  const now = tools.now();
  const giveWay = givingWay();
  const reusable = isReusable(known) ? known : null;
  const rows = await loadPage(tools.read, pageId, reusable, mark?.revision ?? null);
  if (!rows) return null;
  if (mark && mark.revision > rows.page.revision) {
    throw new NewerAtTargetError(
      `${tools.target.name} holds revision ${mark.revision}, the database only ${rows.page.revision}: was an older copy of the database put back? Its revisions must be raised first.`,
    );
  }
  await giveWay();
  const snapshot = buildSnapshot(rows, now, tools.publicUrl, reusable);
  await giveWay();
  const touched = new Set(rows.touches.filter(({ kind }) => kind !== 'uptime').map(({ ref }) => ref));
  const current = planCurrent(before, snapshot, touched);
  await giveWay();
  const archive = await planTouched(tools.read, snapshot, rows.touches);
  const months = currentMonths(before, madeAt, snapshot, rows.touches);
  for (const month of months) archive.files.push(...planMonth(await loadMonth(tools.read, snapshot, month)));
  await giveWay();
  const fence = (await tools.assertLease()) ?? mark?.fence ?? 1;
  const { slug } = snapshot.page;
  // The first publish is whole at once: nothing of it may be missing.
  const first = before ? [] : current.trailing;
  const files = [...current.files, ...archive.files, ...first];
  // While the last files are compressed this thread has nothing else to do.
  const rendered = Promise.withResolvers<void>();
  const [replaced] = await Promise.all([
    writeInOrder(tools, slug, files, rendered.resolve),
    rendered.promise.then(() =>
      tools.keep(slug, snapshot, { before, touches: rows.touches, incidents: archive.incidents }),
    ),
  ]);
  const removed = [...current.removed, ...archive.removed, ...(mark ? [] : [MOVED_FILE])];
  for (const language of leftLanguages(before?.page ?? null, snapshot.page)) {
    removed.push(...(await tools.target.list(slug, language)));
  }
  if (removed.length > 0) await tools.target.remove(slug, removed);
  tools.onReplaced(slug, removed);
  const trailing = before ? current.trailing : [];
  if (mark?.revision === snapshot.revision && replaced === 0 && removed.length === 0)
    return { snapshot, mark, trailing };
  const next = { revision: snapshot.revision, published_at: isoTime(tools.now()), fence };
  // What goes over the network may have taken long.
  if (tools.target.inOrder) await tools.assertLease();
  await tools.target.mark(slug, next, Buffer.from(toJson(next)));
  tools.onReplaced(slug, [fileOf(paths.revision)]);
  return { snapshot, mark: next, trailing };
}

/** Leaves a page that leads on at a slug that a page left. */
export async function leadOn(tools: PublishTools, slug: string, pageId: string): Promise<void> {
  const rows = await loadPage(tools.read, pageId, null, null);
  if (!rows) return tools.target.removePage(slug);
  const { page } = buildSnapshot(rows, tools.now(), tools.publicUrl, null);
  await tools.assertLease();
  const file = await renderFile(
    { path: fileOf(paths.home), print: { kind: 'moved', page } },
    tools.printPage,
    new URL(tools.publicUrl).origin,
  );
  await tools.target.leadOn(slug, file, page.url);
}

/**
 * Where their order counts, what pages refer to lies there before them.
 *
 * @param onRendered told when all are rendered
 * @returns how many files differed
 */
async function writeInOrder(
  tools: PublishTools,
  slug: string,
  files: readonly PlannedFile[],
  onRendered: () => void,
): Promise<number> {
  if (!tools.target.inOrder) return renderAndWrite(tools, slug, files, onRendered);
  const isPage = ({ path }: PlannedFile) => path.endsWith('.html');
  const before = await renderAndWrite(
    tools,
    slug,
    files.filter((file) => !isPage(file)),
  );
  return before + (await renderAndWrite(tools, slug, files.filter(isPage), onRendered));
}

/**
 * Renders on this thread, while what is rendered is compressed on others.
 *
 * @param onRendered told when all are rendered
 * @returns how many files differed
 */
export async function renderAndWrite(
  tools: PublishTools,
  slug: string,
  files: readonly PlannedFile[],
  onRendered: () => void = () => undefined,
): Promise<number> {
  const made = new WeakSet<Buffer>();
  let differed = 0;
  await tools.target.write(slug, rendered(tools, files, made, onRendered), (written, replaced) => {
    // What is replaced is told at once: nobody shall be served from memory what the folder no longer holds.
    tools.onReplaced(slug, [...replaced]);
    for (const { body } of written) if (made.has(body)) giveBack(body);
    differed += replaced.length;
  });
  return differed;
}

/** @param made gets what nobody else looks at */
async function* rendered(
  tools: PublishTools,
  files: readonly PlannedFile[],
  made: WeakSet<Buffer>,
  onRendered: () => void,
): AsyncGenerator<OutFile> {
  const formOrigin = new URL(tools.publicUrl).origin;
  const giveWay = givingWay();
  for (const file of files) {
    await giveWay();
    const out = await renderFile(file, tools.printPage, formOrigin, giveWay);
    if (!('bytes' in file)) made.add(out.body);
    yield out;
  }
  onRendered();
}

/** Files of what changed in the archive: made again, or taken away with what they told of. */
async function planTouched(read: Database, snapshot: PageSnapshot, touches: readonly Touch[]) {
  const refs = (kind: Touch['kind']) => touches.filter((touch) => touch.kind === kind).map(({ ref }) => ref);
  const incidents = await withLoaded(refs('incident'), snapshot.incidents, (ids) =>
    loadIncidents(read, snapshot.page.id, ids),
  );
  const windows = await withLoaded(refs('maintenance'), snapshot.maintenance, (ids) =>
    loadWindows(read, snapshot.page.id, ids),
  );
  return {
    incidents: incidents.found,
    files: [
      ...incidents.found.flatMap((incident) => planIncident(snapshot, incident)),
      ...windows.found.flatMap((window) => planMaintenance(snapshot, window)),
    ],
    removed: [
      ...incidents.gone.flatMap((id) => filesOf(snapshot.page, 'incident', id)),
      ...windows.gone.flatMap((id) => filesOf(snapshot.page, 'maintenance', id)),
      ...refs('component').flatMap(filesOfComponent),
    ],
  };
}

async function withLoaded<T extends { id: string }>(
  ids: string[],
  listed: readonly T[],
  load: (ids: string[]) => Promise<T[]>,
) {
  const known = new Map(listed.map((one) => [one.id, one]));
  const loaded = await load(ids.filter((id) => !known.has(id)));
  for (const one of loaded) known.set(one.id, one);
  return {
    found: ids.flatMap((id) => known.get(id) ?? []),
    gone: ids.filter((id) => !known.has(id)),
  };
}

function currentMonths(
  before: PageSnapshot | null,
  madeAt: number | null,
  snapshot: PageSnapshot,
  touches: readonly Touch[],
): Set<string> {
  const zone = snapshot.page.timezone;
  const months = new Set(touches.filter(({ kind }) => kind === 'month').map(({ ref }) => ref));
  const present = monthOf(snapshot.asOf, zone);
  if (!before) months.add(present).add(addMonths(present, -1));
  // With a new month the one before gets a way on; a process that slept or was off for long has missed some.
  const last = monthOf(before?.asOf ?? madeAt ?? snapshot.asOf, zone);
  if (last < present) for (let month = last; month <= present; month = addMonths(month, 1)) months.add(month);
  for (const month of months) if (month < snapshot.firstMonth || month > present) months.delete(month);
  return months;
}
