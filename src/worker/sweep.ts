/** What a publisher finds at its start: pages to make again, and folders that belong to nobody any more. */
import { eq, isNotNull, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { pages, restingSlugs, settings } from '../../db/schema.ts';
import type { Target } from '../publish/target.ts';

export interface Findings {
  /** Their revision is ahead of what was published. */
  behind: string[];
  /** Made with other templates, or of unknown origin: when there is time. */
  stale: string[];
  /** Slugs that lead on to a page. */
  moved: { slug: string; pageId: string }[];
}

/**
 * Compares a target with the database. A target that was filled from another database is emptied: what it says is nobody's.
 *
 * @param records true when the database notes what this target holds
 */
export async function sweep(
  read: Database,
  target: Target,
  template: string,
  records: boolean,
): Promise<Findings> {
  const origin = await originOf(read);
  const ours = (await target.origin()) === origin;
  const rows = await read
    .select({
      id: pages.id,
      slug: pages.slug,
      behind: sql<number>`${pages.revision} > ${pages.publishedRevision}`,
      stale: sql<number>`${pages.publishedTemplate} is not ${template}`,
    })
    .from(pages);
  const moved = await read
    .select({ slug: restingSlugs.slug, pageId: restingSlugs.pageId })
    .from(restingSlugs)
    .where(isNotNull(restingSlugs.pageId));
  const kept = new Set([...rows, ...moved].map(({ slug }) => slug));
  for (const slug of await target.slugs()) if (!ours || !kept.has(slug)) await target.removePage(slug);
  if (!ours) await target.setOrigin(origin);
  const known = ours && records;
  return {
    behind: rows.filter((row) => row.behind || !known).map(({ id }) => id),
    stale: rows.filter((row) => known && !row.behind && row.stale).map(({ id }) => id),
    moved: moved as { slug: string; pageId: string }[],
  };
}

async function originOf(read: Database): Promise<string> {
  const [row] = await read
    .select({ value: settings.value })
    .from(settings)
    .where(eq(settings.key, 'database_id'));
  return row?.value ?? '';
}
