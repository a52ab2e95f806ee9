import { and, count, eq, sql } from 'drizzle-orm';
import { groups } from '../../db/schema.ts';
import { conflict, notFound } from '../domain/errors.ts';
import { newId, newV2Id } from '../domain/ids.ts';
import type { GroupCreate, GroupPatch } from '../domain/input.ts';
import { placeGroup } from '../domain/order.ts';
import { type Actor, type Change, change, type Manager, type Outcome } from './command.ts';
import { loadOrder, storeOrder } from './order.ts';

const MOST_GROUPS = 500;

/** The rank behind everything in the top level. */
export async function lastTopRank(unit: Change): Promise<number> {
  const [row] = await unit.tx.all<{ last: number }>(sql`select max(
    coalesce((select max(rank) from groups where page_id = ${unit.page.id}), 0),
    coalesce((select max(top_rank) from components where page_id = ${unit.page.id}), 0)) as last`);
  return row?.last ?? 0;
}

export async function findGroup(unit: Change, id: string): Promise<typeof groups.$inferSelect> {
  const [group] = await unit.tx
    .select()
    .from(groups)
    .where(and(eq(groups.id, id), eq(groups.pageId, unit.page.id)));
  if (!group) throw notFound('Group');
  return group;
}

/** Makes a group; without a position at the end. @throws DomainError conflict beyond 500 groups */
export async function createGroup(
  manager: Manager,
  actor: Actor,
  pageId: string,
  input: GroupCreate,
  origin: { v2Id?: string } = {},
): Promise<Outcome<string>> {
  return change(manager, actor, pageId, 'group.created', async (unit) => {
    const [row] = await unit.tx.select({ n: count() }).from(groups).where(eq(groups.pageId, pageId));
    if (row!.n >= MOST_GROUPS) throw conflict(`A page has at most ${MOST_GROUPS} groups.`);
    const id = newId();
    unit.visible();
    unit.write(
      unit.tx.insert(groups).values({
        id,
        v2Id: origin.v2Id ?? newV2Id(),
        pageId,
        name: input.name,
        rank: (await lastTopRank(unit)) + 1,
        createdAt: unit.now,
        updatedAt: unit.now,
      }),
    );
    await unit.flush();
    if (input.position !== undefined) await move(unit, id, input.position);
    return { value: id, subjectId: id, details: { name: input.name } };
  });
}

async function move(unit: Change, id: string, position: number): Promise<void> {
  const order = await loadOrder(unit);
  storeOrder(unit, order, placeGroup(order.entries, id, position));
}

/** Renames or moves a group. @throws DomainError not_found */
export async function editGroup(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
  input: GroupPatch,
): Promise<Outcome<string>> {
  return change(manager, actor, pageId, 'group.updated', async (unit) => {
    const group = await findGroup(unit, id);
    if (input.name !== undefined && input.name !== group.name) {
      unit.visible();
      unit.write(
        unit.tx.update(groups).set({ name: input.name, updatedAt: unit.now }).where(eq(groups.id, id)),
      );
    }
    if (input.position !== undefined) await move(unit, id, input.position);
    return { value: id, subjectId: id, details: { ...input } };
  });
}

/** Deletes a group and frees its components, where it stood. @throws DomainError not_found */
export async function deleteGroup(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
): Promise<Outcome<null>> {
  return change(manager, actor, pageId, 'group.deleted', async (unit) => {
    const group = await findGroup(unit, id);
    const order = await loadOrder(unit);
    unit.visible();
    unit.write(
      unit.tx.run(
        sql`update components set group_id = null, updated_at = ${unit.now} where group_id = ${id}`,
      ) as never,
      unit.tx.delete(groups).where(eq(groups.id, id)),
    );
    const freed = order.entries.flatMap((entry) =>
      entry.group === id
        ? entry.components.map((component) => ({ group: null, components: [component] }))
        : [entry],
    );
    storeOrder(unit, order, freed);
    return { value: null, subjectId: id, details: { name: group.name } };
  });
}
