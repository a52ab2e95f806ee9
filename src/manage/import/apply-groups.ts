import { eq, sql } from 'drizzle-orm';
import { rowsOf, tuple } from '../../../db/json-list.ts';
import { ask } from '../../../db/question.ts';
import { groups } from '../../../db/schema.ts';
import { conflict } from '../../domain/errors.ts';
import { newId } from '../../domain/ids.ts';
import type { Entry } from '../../domain/order.ts';
import type { Change } from '../command.ts';
import { topLevelQuestion } from '../groups.ts';
import { loadOrder, storeOrder } from '../order.ts';
import type { Applied, Ids } from './apply.ts';
import type { Notes } from './notes.ts';
import type { Plan } from './plan.ts';

const MOST_GROUPS = 500;

/** Makes the groups that are not there, behind everything; `applyOrder` puts them in their place. */
export async function applyGroups(
  unit: Change,
  plan: Plan,
  renamed: ReadonlySet<string>,
  notes: Notes,
): Promise<Applied> {
  const { tx, page } = unit;
  const rows = await tx.select().from(groups).where(eq(groups.pageId, page.id));
  const ids = new Map(rows.map((row) => [row.v2Id, row.id]));
  const missing = plan.groups.filter((one) => !ids.has(one.v2Id));
  if (rows.length + missing.length > MOST_GROUPS) throw conflict(`A page has at most ${MOST_GROUPS} groups.`);
  const changed = rows.filter((row) => renamed.has(row.id)).length;
  const planned = new Set(plan.groups.map((one) => one.v2Id));
  for (const row of rows)
    if (!planned.has(row.v2Id) && !plan.partial)
      notes.add('The page has groups that the source does not list; they were left as they are', row.name);
  const { topLevel } = await ask(tx.$client, { topLevel: topLevelQuestion(page.id) });
  let rank = topLevel.last;
  const made = missing.map(({ v2Id, name, createdAt, updatedAt }) => {
    const id = newId();
    ids.set(v2Id, id);
    rank += 1;
    return [id, v2Id, name, rank, createdAt, updatedAt];
  });
  if (made.length > 0) {
    unit.visible();
    unit.write(
      tx.run(sql`insert into groups (id, v2_id, page_id, name, rank, created_at, updated_at)
        select ${tuple(0)}, ${tuple(1)}, ${page.id}, ${tuple(2)}, ${tuple(3)}, ${tuple(4)}, ${tuple(5)} from ${rowsOf(made)}`) as never,
    );
  }
  return { ids, tally: { made: made.length, changed, same: plan.groups.length - made.length - changed } };
}

/** The provider's order; what the page has besides stands behind it, in its group or at the end. */
export async function applyOrder(unit: Change, plan: Plan, groupIds: Ids, componentIds: Ids): Promise<void> {
  const before = await loadOrder(unit);
  const planned = new Set(plan.components.map((one) => componentIds.get(one.v2Id)!));
  const others = before.entries.map((entry) => ({
    ...entry,
    components: entry.components.filter((id) => !planned.has(id)),
  }));
  const placed = new Set<string>();
  const after: Entry[] = plan.order.map(({ group, components: list }) => {
    const groupId = group === null ? null : groupIds.get(group)!;
    if (groupId !== null) placed.add(groupId);
    const own = list.map((v2Id) => componentIds.get(v2Id)!);
    const more = groupId === null ? [] : (others.find((entry) => entry.group === groupId)?.components ?? []);
    return { group: groupId, components: [...own, ...more] };
  });
  const rest = others.filter((entry) =>
    entry.group === null ? entry.components.length > 0 : !placed.has(entry.group),
  );
  storeOrder(unit, before, [...after, ...rest]);
  await unit.flush();
}
