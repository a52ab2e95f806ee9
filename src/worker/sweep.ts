/** What a publisher finds at its start: pages to make again, and folders that belong to nobody any more. */
import { setImmediate as turn } from 'node:timers/promises';
import { eq, isNotNull } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { restingSlugs, settings } from '../../db/schema.ts';
import { statement } from '../../db/statement.ts';
import type { Target } from '../publish/target.ts';

const CHUNK = 1_000;
const PAGES = `select json_group_array(json_object('id', id, 'slug', slug, 'revision', revision,
  'publishedRevision', published_revision, 'publishedTemplate', published_template)) as pages
  from (select * from pages where id > ? order by id limit ${CHUNK})`;

/**
 * Where to find out what a target holds: in the database, which notes it when one process alone publishes there; in the
 * marks that lie there, where nobody else can have been; nowhere, when each page has to be compared.
 */
export type Trust = 'database' | 'marks' | 'nothing';

export interface Findings {
  /** Their revision is ahead of what was published, or nobody knows; by id. */
  behind: Map<string, { slug: string; revision: number }>;
  /** Made with other templates: when there is time. */
  stale: string[];
  /** All others. */
  current: Map<string, { slug: string; revision: number }>;
  /** Slugs that lead on to a page. */
  moved: { slug: string; pageId: string }[];
}

/**
 * Compares a target with the database. A target that was filled from another database is emptied: what it says is nobody's.
 *
 * @param known what the files of a page were made with, as far as this process knows, and whether some are missing
 */
export async function sweep(
  read: Database,
  target: Target,
  trust: Trust,
  template: string,
  known: Known,
): Promise<Findings> {
  const origin = await originOf(read);
  const ours = (await target.origin()) === origin;
  const rows = await allPages(read);
  const moved = await read
    .select({ slug: restingSlugs.slug, pageId: restingSlugs.pageId })
    .from(restingSlugs)
    .where(isNotNull(restingSlugs.pageId));
  const kept = new Set([...rows, ...moved].map(({ slug }) => slug));
  for (const slug of await target.slugs()) if (!ours || !kept.has(slug)) await target.removePage(slug);
  if (!ours) await target.setOrigin(origin);
  const found: Findings = {
    behind: new Map(),
    stale: [],
    current: new Map(),
    moved: moved as Findings['moved'],
  };
  for (const row of rows) {
    const state = ours ? await stateOf(row, target, trust, known) : null;
    if (state === null || state.revision < row.revision)
      found.behind.set(row.id, { slug: row.slug, revision: row.revision });
    else {
      found.current.set(row.id, { slug: row.slug, revision: row.revision });
      if (state.template !== template) found.stale.push(row.id);
    }
  }
  return found;
}

interface Known {
  templateOf(slug: string): Promise<string | null>;
  owes(slug: string): Promise<boolean>;
}

interface Row {
  id: string;
  slug: string;
  revision: number;
  publishedRevision: number;
  publishedTemplate: string | null;
}

async function stateOf(
  { slug, publishedRevision, publishedTemplate }: Row,
  target: Target,
  trust: Trust,
  known: Known,
): Promise<{ revision: number; template: string | null } | null> {
  if (trust === 'nothing') return null;
  if (trust === 'database') return { revision: publishedRevision, template: publishedTemplate };
  if (await known.owes(slug)) return null;
  const mark = await target.revisionOf(slug);
  return mark && { revision: mark.revision, template: await known.templateOf(slug) };
}

/** In steps, each of them one text: ten thousand rows of the driver's take a fifth of a second of every start. */
async function allPages(read: Database): Promise<Row[]> {
  const all: Row[] = [];
  for (let after = ''; ; ) {
    const { rows } = await read.$client.execute(statement(PAGES, after));
    const some = JSON.parse(rows[0]!.pages as string) as Row[];
    all.push(...some);
    if (some.length < CHUNK) return all;
    after = some.at(-1)!.id;
    await turn();
  }
}

async function originOf(read: Database): Promise<string> {
  const [row] = await read
    .select({ value: settings.value })
    .from(settings)
    .where(eq(settings.key, 'database_id'));
  return row?.value ?? '';
}
