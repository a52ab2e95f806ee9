/** What a subscriber follows, as one cell of a file: ids, codes or names of components, parted by semicolons. */
import { asc, eq } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { components, groups } from '../../db/schema.ts';

/** Stands for one whose last component was deleted: no code holds a parenthesis. */
const NOTHING = '(none)';

export interface ComponentNames {
  /** The components that a cell names; `missing` is the first name that is nobody's. */
  read(cell: string): { found: string[]; missing: string | null };
  /** The cell that says what somebody follows. */
  write(wholePage: boolean, componentIds: readonly string[]): string;
}

/** The components of a page by all that they are called. */
export async function componentNames(read: Database, pageId: string): Promise<ComponentNames> {
  const rows = await read
    .select({ id: components.id, code: components.code, name: components.name })
    .from(components)
    .where(eq(components.pageId, pageId))
    .orderBy(asc(components.topRank), asc(components.rank), asc(components.id));
  const byName = new Map<string, string>();
  for (const name of ['name', 'code', 'id'] as const)
    for (const row of rows) byName.set(row[name].toLowerCase(), row.id);
  const codeOf = new Map(rows.map(({ id, code }) => [id, code]));
  return {
    read(cell) {
      const whole = byName.get(cell.toLowerCase());
      if (whole) return { found: [whole], missing: null };
      const found = new Set<string>();
      for (const part of cell.split(/[;|]/).flatMap((one) => knownOrParted(one.trim(), byName))) {
        const id = byName.get(part.toLowerCase());
        if (!id) return { found: [], missing: part };
        found.add(id);
      }
      return { found: [...found], missing: null };
    },
    write(wholePage, componentIds) {
      if (wholePage) return '';
      return componentIds.length === 0 ? NOTHING : componentIds.map((id) => codeOf.get(id) ?? id).join(';');
    },
  };
}

export interface ComponentChoice {
  id: string;
  name: string;
  /** Null of one without a group. */
  group: { name: string } | null;
}

/** The components of a page as somebody chooses among them, in display order. */
export async function componentChoices(read: Database, pageId: string): Promise<ComponentChoice[]> {
  const rows = await read
    .select({ id: components.id, name: components.name, group: groups.name })
    .from(components)
    .leftJoin(groups, eq(groups.id, components.groupId))
    .where(eq(components.pageId, pageId))
    .orderBy(asc(components.topRank), asc(components.rank), asc(components.id));
  return rows.map(({ group, ...row }) => ({ ...row, group: group === null ? null : { name: group } }));
}

/** A name may hold a comma; what is no name is parted there. */
function knownOrParted(text: string, byName: ReadonlyMap<string, string>): string[] {
  if (text === '') return [];
  if (byName.has(text.toLowerCase())) return [text];
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
