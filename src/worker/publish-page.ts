/**
 * One publish of one page to one target. What holds here:
 *
 * 1. `revision.json` is written after every current file of its revision is on disk.
 * 2. What a file says follows from the snapshot, and the snapshot from rows and now.
 * 3. A failure leaves `revision.json` as it was: the next publish does all of it again.
 */
import type { Database } from '../../db/client.ts';
import { addMonths, monthOf } from '../domain/calendar.ts';
import type { OutFile, RevisionMark, Target } from '../publish/target.ts';
import { toJson } from '../render/documents/json.ts';
import { fileOf, paths } from '../render/paths.ts';
import {
  filesOf,
  filesOfComponent,
  type PlannedFile,
  planCurrent,
  planIncident,
  planMaintenance,
  planMonth,
} from '../render/plan.ts';
import { type PrintPage, renderFile } from '../render/renderer.ts';
import { loadIncidents, loadMonth, loadWindows } from '../snapshot/archive.ts';
import { buildSnapshot, isReusable } from '../snapshot/build.ts';
import { loadPage, type Touch } from '../snapshot/load.ts';
import type { PageSnapshot } from '../snapshot/schema.ts';
import { isoTime } from '../text/time.ts';

export interface PublishTools {
  read: Database;
  target: Target;
  publicUrl: string;
  printPage: PrintPage;
  now(): number;
  /** Throws when this process may not write any more. */
  assertLease(): Promise<number>;
}

export interface Published {
  snapshot: PageSnapshot;
  mark: RevisionMark;
  replaced: string[];
}

/**
 * Publishes a page as it is now.
 *
 * @param known the snapshot made last in this process, if it is still at hand
 * @param before what the files at the target are known to say; null when that is not known
 * @param mark the `revision.json` that lies at the target
 * @returns null when the page is not there any more
 */
export async function publishPage(
  tools: PublishTools,
  pageId: string,
  known: PageSnapshot | null,
  before: PageSnapshot | null,
  mark: RevisionMark | null,
): Promise<Published | null> {
  const now = tools.now();
  const reusable = isReusable(known) ? known : null;
  const rows = await loadPage(tools.read, pageId, now, reusable, mark?.revision ?? null);
  if (!rows) return null;
  const snapshot = buildSnapshot(rows, now, tools.publicUrl, reusable);
  const touched = new Set(rows.touches.map(({ ref }) => ref));
  const current = planCurrent(before, snapshot, touched);
  const archive = await planTouched(tools.read, snapshot, rows.touches);
  const months = currentMonths(before, snapshot, rows.touches);
  for (const month of months) archive.files.push(...planMonth(await loadMonth(tools.read, snapshot, month)));
  const fence = await tools.assertLease();
  const { slug } = snapshot.page;
  const replaced = await renderAndWrite(tools, slug, [...current.files, ...archive.files]);
  const removed = [...current.removed, ...archive.removed];
  if (removed.length > 0) await tools.target.remove(slug, removed);
  const next = { revision: snapshot.revision, published_at: isoTime(tools.now()), fence };
  if (replaced.length > 0 || removed.length > 0 || mark?.revision !== next.revision) {
    await tools.target.write(slug, [{ path: fileOf(paths.revision), body: Buffer.from(toJson(next)) }]);
    replaced.push(fileOf(paths.revision));
  }
  return { snapshot, mark: next, replaced: [...replaced, ...removed] };
}

/** Renders on this thread, while what is rendered is compressed and written on others. */
export async function renderAndWrite(
  tools: PublishTools,
  slug: string,
  files: readonly PlannedFile[],
): Promise<string[]> {
  const formOrigin = new URL(tools.publicUrl).origin;
  const writes: Promise<string[]>[] = [];
  let batch: OutFile[] = [];
  let bytes = 0;
  const send = () => {
    const write = tools.target.write(slug, batch);
    // Rejections are collected below, after the last file: until then they must not count as unhandled.
    write.catch(() => undefined);
    writes.push(write);
    batch = [];
    bytes = 0;
  };
  for (const file of files) {
    const out = await renderFile(file, tools.printPage, formOrigin);
    batch.push(out);
    bytes += out.body.length;
    if (bytes > 16_384 || batch.length >= 32) send();
  }
  if (batch.length > 0) send();
  return (await Promise.all(writes)).flat();
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
    files: [
      ...incidents.found.flatMap((incident) => planIncident(snapshot, incident)),
      ...windows.found.flatMap((window) => planMaintenance(snapshot, window)),
    ],
    removed: [
      ...incidents.gone.flatMap((id) => filesOf('incident', id)),
      ...windows.gone.flatMap((id) => filesOf('maintenance', id)),
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
  snapshot: PageSnapshot,
  touches: readonly Touch[],
): Set<string> {
  const zone = snapshot.page.timezone;
  const months = new Set(touches.filter(({ kind }) => kind === 'month').map(({ ref }) => ref));
  const present = monthOf(snapshot.asOf, zone);
  // With a new month the one before gets a way on.
  if (!before || monthOf(before.asOf, zone) !== present) months.add(present).add(addMonths(present, -1));
  for (const month of months) if (month < snapshot.firstMonth || month > present) months.delete(month);
  return months;
}
