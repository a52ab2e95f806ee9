import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DomainError } from '../domain/errors.ts';
import { slugText } from '../domain/input.ts';
import type { Manager } from '../manage/command.ts';
import {
  applyImport,
  type Destination,
  type ImportResult,
  type Kind,
  type Progress,
} from '../manage/import/apply.ts';
import { Notes } from '../manage/import/notes.ts';
import { planImport } from '../manage/import/plan.ts';
import { type SourceSummary, sourceSummary } from '../manage/import/statuspage-schema.ts';

/** What of a provider's API lies in a folder, as its addresses end. */
const SUMMARY = 'summary.json';
const ISSUES_SHOWN = 5;

/** Says what is wrong with the source, for the operator. */
function refuse(message: string): DomainError {
  return new DomainError('invalid', message);
}

async function readSource(path: string): Promise<SourceSummary> {
  const found = await stat(path).catch(() => null);
  if (!found) throw refuse(`There is no file or folder ${path}.`);
  const file = found.isDirectory() ? join(path, SUMMARY) : path;
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null)
    throw refuse(`The file ${file} can not be read. Save the page's /api/v2/summary.json there.`);
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw refuse(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = sourceSummary.safeParse(json);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(
    (issue) => `${z.core.toDotPath(issue.path) || 'the document'}: ${issue.message}`,
  );
  const more = issues.length > ISSUES_SHOWN ? [`and ${issues.length - ISSUES_SHOWN} more`] : [];
  throw refuse(
    `${file} is not a summary.json of Statuspage. ${[...issues.slice(0, ISSUES_SHOWN), ...more].join('; ')}`,
  );
}

const UNITS: Record<Kind, [one: string, many: string]> = {
  groups: ['group', 'groups'],
  components: ['component', 'components'],
  incidents: ['incident', 'incidents'],
  'maintenance windows': ['maintenance window', 'maintenance windows'],
};

/** The report of an import, line by line. */
export function reportOf(result: ImportResult): string[] {
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
  return [
    `${page.made ? 'Imported' : result.changed ? 'Updated' : 'Nothing changed on'} "${page.name}": page ${page.slug}, organization ${organization}, revision ${revision}.`,
    ...counts,
    'Nobody was notified.',
    ...(notes.length === 0 ? [] : ['Not carried over as it was:', ...notes.map((line) => `  ${line}`)]),
  ];
}

/**
 * `daymark import statuspage FILE-OR-FOLDER`: moves a page of Atlassian Statuspage in, from its `summary.json`, or from a
 * folder that holds it. Run again, it brings the page up to date; with the same file nothing changes.
 *
 * @param print takes the report, a line at a time
 * @param progress hears how many of all things are done
 * @throws DomainError invalid for a source that can't be read or a missing `--org`, conflict for a slug that is taken
 */
export async function importStatuspage(
  { manager }: { manager: Manager },
  path: string,
  options: { org?: string | undefined; page?: string | undefined },
  print: (line: string) => void,
  progress?: Progress,
): Promise<ImportResult> {
  for (const [flag, slug] of [
    ['--org', options.org],
    ['--page', options.page],
  ] as const) {
    if (slug !== undefined && !slugText.safeParse(slug).success) {
      throw refuse(`${flag} ${slug} is not a slug: small letters, digits and hyphens, at most 63.`);
    }
  }
  const summary = await readSource(path);
  const notes = new Notes();
  const plan = planImport(summary, notes);
  const to: Destination = { organization: options.org, page: options.page };
  const result = await applyImport(manager, plan, to, notes, progress);
  for (const line of reportOf(result)) print(line);
  return result;
}
