import { sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import type { Target } from '../publish/target.ts';

const TABLES = {
  incidents: 'incidents',
  maintenance: 'maintenance_windows',
  components: 'components',
} as const;
const OF_SOMETHING =
  /(?:^|\/)(incidents|maintenance|components)\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?=[./])/;

/** Takes away the files of incidents, windows and components that the database knows nothing of. @returns their paths */
export async function removeStrays(
  read: Database,
  target: Target,
  page: { id: string; slug: string },
): Promise<string[]> {
  const found = (await target.list(page.slug, '.')).flatMap((path) => {
    const [, folder, id] = OF_SOMETHING.exec(path) ?? [];
    return folder && id ? [{ path, folder: folder as keyof typeof TABLES, id }] : [];
  });
  const strays: string[] = [];
  for (const [folder, table] of Object.entries(TABLES)) {
    const files = found.filter((file) => file.folder === folder);
    const rows = await read.all<{
      id: string;
    }>(sql`select id from ${sql.raw(table)} where page_id = ${page.id}
      and id in (select value from json_each(${JSON.stringify(files.map(({ id }) => id))}))`);
    const there = new Set(rows.map(({ id }) => id));
    strays.push(...files.filter(({ id }) => !there.has(id)).map(({ path }) => path));
  }
  if (strays.length > 0) await target.remove(page.slug, strays);
  return strays;
}
