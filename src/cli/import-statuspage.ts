import { eq } from 'drizzle-orm';
import { pages } from '../../db/schema.ts';
import { slugText } from '../domain/input.ts';
import type { Manager } from '../manage/command.ts';
import {
  applyImport,
  applyInside,
  type Destination,
  type ImportResult,
  type Kind,
  type Progress,
} from '../manage/import/apply.ts';
import { mergeSources, type PageHint } from '../manage/import/merge-sources.ts';
import { Notes } from '../manage/import/notes.ts';
import { planImport } from '../manage/import/plan.ts';
import { importStatuspageSubscribers, type SubscriberTally } from '../manage/import/subscribers.ts';
import { tryOut } from '../manage/one-transaction.ts';
import { readStatuspageFolder, refuse } from './statuspage-folder.ts';

export interface ImportOptions {
  org?: string | undefined;
  page?: string | undefined;
  /** Say what would be done, and do nothing. */
  dryRun?: boolean | undefined;
}

const UNITS: Record<Kind, [one: string, many: string]> = {
  groups: ['group', 'groups'],
  components: ['component', 'components'],
  incidents: ['incident', 'incidents'],
  'maintenance windows': ['maintenance window', 'maintenance windows'],
};

interface WholeResult extends ImportResult {
  /** Null without `subscribers.csv`. */
  subscribers: SubscriberTally | null;
}

function peopleLine(tally: SubscriberTally | null): string[] {
  if (!tally) return [];
  const parts = [
    [tally.added, 'new'],
    [tally.updated, 'changed'],
    [tally.unchanged, 'unchanged'],
    [tally.refused, 'refused'],
  ].filter(([count]) => count !== 0);
  const total = tally.added + tally.updated + tally.unchanged + tally.refused;
  const detail = parts.map(([count, word]) => `${count} ${word}`).join(', ');
  return [`  ${total} ${total === 1 ? 'subscriber' : 'subscribers'}${detail === '' ? '' : ` (${detail})`}`];
}

/** The report of an import, line by line. */
export function reportOf(result: WholeResult, dryRun = false): string[] {
  const { page, organization, revision, tallies, notes } = result;
  const counts = (Object.keys(UNITS) as Kind[]).map((kind) => {
    const { made, changed, same } = tallies[kind];
    const total = made + changed + same;
    const parts = [
      [made, 'new'],
      [changed, 'changed'],
      [same, 'unchanged'],
    ].filter(([count]) => count !== 0);
    const detail = parts.map(([count, word]) => `${count} ${word}`).join(', ');
    return `  ${total} ${UNITS[kind][total === 1 ? 0 : 1]}${detail === '' ? '' : ` (${detail})`}`;
  });
  const done = page.made ? 'Imported' : result.changed ? 'Updated' : 'Nothing changed on';
  const would = page.made ? 'Would import' : result.changed ? 'Would update' : 'Nothing would change on';
  return [
    `${dryRun ? would : done} "${page.name}": page ${page.slug}, organization ${organization}${dryRun ? '' : `, revision ${revision}`}.`,
    ...counts,
    ...peopleLine(result.subscribers),
    dryRun ? 'Nothing was written.' : 'Nobody was notified.',
    ...(notes.length === 0 ? [] : ['Not carried over as it was:', ...notes.map((line) => `  ${line}`)]),
  ];
}

/**
 * `daymark import statuspage FILE-OR-FOLDER`: moves a page of Atlassian Statuspage in, from its `summary.json`, or from a
 * folder with any of its documents. Run again, it brings the page up to date; with the same files nothing changes.
 *
 * @param print takes the report, a line at a time
 * @param progress hears how many of all things are done
 * @throws DomainError invalid for a source that can't be read or a missing `--org`, conflict for a slug that is taken
 */
export async function importStatuspage(
  { manager }: { manager: Manager },
  path: string,
  options: ImportOptions,
  print: (line: string) => void,
  progress?: Progress,
): Promise<WholeResult> {
  for (const [flag, slug] of [
    ['--org', options.org],
    ['--page', options.page],
  ] as const) {
    if (slug !== undefined && !slugText.safeParse(slug).success) {
      throw refuse(`${flag} ${slug} is not a slug: small letters, digits and hyphens, at most 63.`);
    }
  }
  const { files, subscribers } = await readStatuspageFolder(path);
  const hint = await hintOf(manager, options.page);
  const notes = new Notes();
  const plan = planImport(mergeSources(files, hint), notes);
  const to: Destination = { organization: options.org, page: options.page };
  const dryRun = options.dryRun ?? false;
  const people = async (inside: Manager, result: ImportResult) => {
    if (subscribers === null) return { ...result, subscribers: null };
    const actor = { organizationId: result.organizationId, name: 'cli', pageIds: null };
    const tally = await importStatuspageSubscribers(inside, actor, result.page.id, subscribers, notes);
    return { ...result, notes: notes.lines(), subscribers: tally };
  };
  const result = dryRun
    ? await tryOut(manager, async (inside) =>
        people(inside, await applyInside(inside, plan, to, notes, progress)),
      )
    : await people(manager, await applyImport(manager, plan, to, notes, progress));
  for (const line of reportOf(result, dryRun)) print(line);
  return result;
}

/** The page here that files may be of which don't say it themselves. */
async function hintOf({ store }: Manager, slug: string | undefined): Promise<PageHint> {
  if (slug === undefined) return null;
  const [page] = await store.read.select().from(pages).where(eq(pages.slug, slug));
  return page ? { id: page.v2Id, name: page.name, time_zone: page.timezone } : null;
}
