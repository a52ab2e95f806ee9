import { eq, sql } from 'drizzle-orm';
import { rowsOf, tuple } from '../../db/json-list.ts';
import { pages } from '../../db/schema.ts';
import { invalid } from '../domain/errors.ts';
import { type Entry, orderAs } from '../domain/order.ts';
import { type Actor, type Change, change, type Manager, type Outcome } from './command.ts';

interface Ranked {
  entries: Entry[];
  /** `[topRank, rank]` of components, `[rank]` of groups, as they are stored. */
  ranks: Map<string, readonly number[]>;
}

type OrderRow = [id: string, group: string | null, top: number, rank: number, kind: 0 | 1];

/** The order of a page as it is stored. */
export async function loadOrder(change: Change): Promise<Ranked> {
  const [row] = await change.tx.all<{
    list: string;
  }>(sql`select json_group_array(json_array(id, group_id, top, rank, kind)) as list from (
    select id, group_id, top_rank as top, rank, 1 as kind from components where page_id = ${change.page.id}
    union all select id, id, rank, 0, 0 from groups where page_id = ${change.page.id}
    order by top, kind, rank, id)`);
  const rows = JSON.parse(row?.list ?? '[]') as OrderRow[];
  const entries: Entry[] = [];
  const groups = new Map<string, Entry>();
  const ranks = new Map<string, readonly number[]>();
  for (const [id, group, top, rank, kind] of rows) {
    ranks.set(id, kind === 0 ? [top] : [top, rank]);
    if (kind === 0) {
      const entry: Entry = { group: id, components: [] };
      groups.set(id, entry);
      entries.push(entry);
    } else if (group === null) entries.push({ group: null, components: [id] });
    else groups.get(group)!.components.push(id);
  }
  return { entries, ranks };
}

/** Stores an order: writes the rows whose place changed. `groupOf` moves come with the component's own row. */
export function storeOrder(change: Change, before: Ranked, after: readonly Entry[]): void {
  const movedComponents: [string, number, number][] = [];
  const movedGroups: [string, number][] = [];
  after.forEach((entry, index) => {
    const top = index + 1;
    if (entry.group !== null && before.ranks.get(entry.group)?.[0] !== top)
      movedGroups.push([entry.group, top]);
    entry.components.forEach((id, place) => {
      const rank = entry.group === null ? 0 : place + 1;
      const [oldTop, oldRank] = before.ranks.get(id) ?? [];
      if (oldTop !== top || oldRank !== rank) movedComponents.push([id, top, rank]);
    });
  });
  if (movedGroups.length > 0) {
    change.write(
      change.tx.run(
        sql`update groups set rank = ${tuple(1)} from ${rowsOf(movedGroups)} where groups.id = ${tuple(0)}`,
      ) as never,
    );
  }
  if (movedComponents.length > 0) {
    change.write(
      change.tx.run(sql`update components set top_rank = ${tuple(1)}, rank = ${tuple(2)}
        from ${rowsOf(movedComponents)} where components.id = ${tuple(0)}`) as never,
    );
  }
  // Ranks can have gaps: closing one moves nothing that a reader sees.
  if (JSON.stringify(after) !== JSON.stringify(before.entries)) change.visible();
}

/**
 * Puts all components of a page in order.
 *
 * @throws DomainError invalid unless the list names every component once and keeps groups together
 */
export async function orderComponents(
  manager: Manager,
  actor: Actor,
  pageId: string,
  list: readonly string[],
): Promise<Outcome<null>> {
  return change(manager, actor, pageId, 'components.ordered', async (unit) => {
    const before = await loadOrder(unit);
    const after = orderAs(before.entries, list);
    if (!after)
      throw invalid([], 'Name every component of the page once, those of a group one behind the other.');
    storeOrder(unit, before, after);
    unit.write(unit.tx.update(pages).set({ updatedAt: unit.now }).where(eq(pages.id, unit.page.id)));
    return { value: null };
  });
}
