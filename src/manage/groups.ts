import { eq, sql } from 'drizzle-orm';
import { type Question, question } from '../../db/question.ts';
import { groups } from '../../db/schema.ts';
import { conflict } from '../domain/errors.ts';
import { newId, newV2Id } from '../domain/ids.ts';
import type { GroupCreate, GroupPatch } from '../domain/input.ts';
import { placeGroup } from '../domain/order.ts';
import type { Actor, Change, Manager, Outcome } from './command.ts';
import { type GroupRecord, groupQuestion } from './component-queries.ts';
import { orderQuestion, type Ranked, storeOrder } from './order.ts';
import { changeKnowing } from './run-change.ts';

const MOST_GROUPS = 500;

interface TopLevel {
  groups: number;
  /** Groups, and components without a group. */
  entries: number;
  /** The rank behind everything. */
  last: number;
}

const TOP_LEVEL = `select json_object('groups', g.n,
  'entries', g.n + (select count(*) from components where page_id = ?1 and group_id is null),
  'last', max(g.last, coalesce((select max(top_rank) from components where page_id = ?1), 0))) as answer
  from (select count(*) as n, coalesce(max(rank), 0) as last from groups where page_id = ?1) g`;

/** What a group that is made has to stand behind. */
export function topLevelQuestion(pageId: string): Question<TopLevel> {
  const { statement, read } = question<TopLevel>(TOP_LEVEL, pageId);
  return { statement, read: (rows) => read(rows)! };
}

/** Makes a group; without a position at the end. @throws DomainError conflict beyond 500 groups */
export async function createGroup(
  manager: Manager,
  actor: Actor,
  pageId: string,
  input: GroupCreate,
  origin: { v2Id?: string } = {},
): Promise<Outcome<string, GroupRecord>> {
  const { name, position } = input;
  const asked = {
    topLevel: topLevelQuestion(pageId),
    order: position === undefined ? undefined : orderQuestion(pageId),
  };
  return changeKnowing(manager, actor, pageId, 'group.created', asked, async (unit, { topLevel, order }) => {
    if (topLevel.groups >= MOST_GROUPS) throw conflict(`A page has at most ${MOST_GROUPS} groups.`);
    const rank = topLevel.last + 1;
    const made = {
      ...{ id: newId(), v2Id: origin.v2Id ?? newV2Id(), name },
      ...{ createdAt: unit.now, updatedAt: unit.now },
    };
    unit.visible();
    unit.write(unit.tx.insert(groups).values({ ...made, pageId, rank }));
    const place =
      order && position !== undefined
        ? move(unit, withGroupLast(order, made.id, rank), made.id, position)
        : topLevel.entries + 1;
    return { value: made.id, after: { ...made, position: place }, subjectId: made.id, details: { name } };
  });
}

function withGroupLast({ entries, ranks }: Ranked, id: string, rank: number): Ranked {
  return { entries: [...entries, { group: id, components: [] }], ranks: new Map(ranks).set(id, [rank]) };
}

/** @returns its place in the top level, from 1 */
function move(unit: Change, order: Ranked, id: string, position: number): number {
  const after = placeGroup(order.entries, id, position);
  storeOrder(unit, order, after);
  return after.findIndex(({ group }) => group === id) + 1;
}

/** Renames or moves a group. @throws DomainError not_found */
export async function editGroup(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
  input: GroupPatch,
): Promise<Outcome<string, GroupRecord>> {
  const { name, position } = input;
  const asked = {
    group: groupQuestion(pageId, id),
    order: position === undefined ? undefined : orderQuestion(pageId),
  };
  return changeKnowing(manager, actor, pageId, 'group.updated', asked, async (unit, { group, order }) => {
    let after = group;
    if (name !== undefined && name !== group.name) {
      const renamed = { name, updatedAt: unit.now };
      unit.visible();
      unit.write(unit.tx.update(groups).set(renamed).where(eq(groups.id, id)));
      after = { ...after, ...renamed };
    }
    if (order && position !== undefined) after = { ...after, position: move(unit, order, id, position) };
    return { value: id, after, subjectId: id, details: { ...input } };
  });
}

/** Deletes a group and frees its components, where it stood. @throws DomainError not_found */
export async function deleteGroup(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
): Promise<Outcome<null>> {
  const asked = { group: groupQuestion(pageId, id), order: orderQuestion(pageId) };
  return changeKnowing(manager, actor, pageId, 'group.deleted', asked, async (unit, { group, order }) => {
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
    return { value: null, after: null, subjectId: id, details: { name: group.name } };
  });
}
