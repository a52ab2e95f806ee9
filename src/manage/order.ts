import { eq, sql } from 'drizzle-orm';
import { rowsOf, tuple } from '../../db/json-list.ts';
import { ask, type Question, question } from '../../db/question.ts';
import { pages } from '../../db/schema.ts';
import { invalid } from '../domain/errors.ts';
import { type Entry, orderAs, placeComponent } from '../domain/order.ts';
import type { Actor, Change, Manager, Outcome } from './command.ts';
import { type ComponentRecord, componentsQuestion } from './component-queries.ts';
import { changeKnowing } from './run-change.ts';

/** The order of a page as it is stored. */
export interface Ranked {
  entries: Entry[];
  /** `[topRank, rank]` of components, `[rank]` of groups, as they are stored. */
  ranks: Map<string, readonly number[]>;
}

type OrderRow = [id: string, group: string | null, top: number, rank: number, kind: 0 | 1];

const ORDER = `select json_group_array(json_array(id, group_id, top, rank, kind)) as answer from (
  select id, group_id, top_rank as top, rank, 1 as kind from components where page_id = ?1
  union all select id, id, rank, 0, 0 from groups where page_id = ?1
  order by top, kind, rank, id)`;

/** The order of a page. */
export function orderQuestion(pageId: string): Question<Ranked> {
  const { statement, read } = question<OrderRow[]>(ORDER, pageId);
  return { statement, read: (rows) => rankedOf(read(rows)!) };
}

function rankedOf(rows: readonly OrderRow[]): Ranked {
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

/** The order as the rows have it now, those of this change too. */
export async function loadOrder(change: Change): Promise<Ranked> {
  await change.flush();
  return (await ask(change.tx.$client, { order: orderQuestion(change.page.id) })).order;
}

/** The order with a component at the end of a group, or of the page: there it is written, new or from elsewhere. */
export function withComponentLast(
  { entries, ranks }: Ranked,
  id: string,
  group: string | null,
  { topRank, rank }: { topRank: number; rank: number },
): Ranked {
  return {
    entries: placeComponent(entries, id, group, Number.POSITIVE_INFINITY),
    ranks: new Map(ranks).set(id, [topRank, rank]),
  };
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
 * Puts all components of a page in order. Afterwards they are known, in that order.
 *
 * @throws DomainError invalid unless the list names every component once and keeps groups together
 */
export async function orderComponents(
  manager: Manager,
  actor: Actor,
  pageId: string,
  list: readonly string[],
): Promise<Outcome<null, ComponentRecord[]>> {
  const asked = { order: orderQuestion(pageId), components: componentsQuestion(pageId, list) };
  return changeKnowing(manager, actor, pageId, 'components.ordered', asked, async (unit, known) => {
    const before = known.order;
    const entries = orderAs(before.entries, list);
    if (!entries)
      throw invalid([], 'Name every component of the page once, those of a group one behind the other.');
    storeOrder(unit, before, entries);
    unit.write(unit.tx.update(pages).set({ updatedAt: unit.now }).where(eq(pages.id, unit.page.id)));
    const records = new Map(known.components.map((one) => [one.id, one]));
    const after = list.map((id, place) => ({ ...records.get(id)!, position: place + 1 }));
    return { value: null, after };
  });
}
