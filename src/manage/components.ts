import { eq, sql } from 'drizzle-orm';
import { inList } from '../../db/json-list.ts';
import { components } from '../../db/schema.ts';
import { conflict, type DomainError, invalid } from '../domain/errors.ts';
import { newId, newV2Id } from '../domain/ids.ts';
import type { ComponentCreate, ComponentPatch } from '../domain/input.ts';
import { flat, placeComponent } from '../domain/order.ts';
import { freeSlug, slugOf } from '../domain/slug.ts';
import type { Actor, Change, Manager, Outcome } from './command.ts';
import { type ComponentRecord, componentQuestion } from './component-queries.ts';
import { codeHolder, codesLike, type Open, openNaming, type Room, roomFor } from './component-questions.ts';
import { setStatuses } from './component-statuses.ts';
import { orderQuestion, type Ranked, storeOrder, withComponentLast } from './order.ts';
import { changeKnowing } from './run-change.ts';
import { deleteFollowers, FOLLOWERS_AT_ONCE } from './subscriber-steps.ts';

const MOST_COMPONENTS = 5000;

/** Facts that come with a component from elsewhere: the source's id, and since when its uptime counts. */
export interface ComponentOrigin {
  v2Id?: string;
  since?: number;
  createdAt?: number;
}

function codeTaken(code: string): DomainError {
  return conflict(`The code "${code}" is taken on this page. Choose another code.`);
}

function groupMissing(id: string): DomainError {
  return invalid(['group_id'], `There is no group ${id} on this page.`, 'not_found');
}

/**
 * Makes a component; without a position at the end of its group, or of the page.
 *
 * @throws DomainError conflict when its code is taken or the page is full, invalid for a group that is not there
 */
export async function createComponent(
  manager: Manager,
  actor: Actor,
  pageId: string,
  input: ComponentCreate,
  origin: ComponentOrigin = {},
): Promise<Outcome<string, ComponentRecord>> {
  const groupId = input.group_id ?? null;
  const asked = {
    room: roomFor(pageId, groupId),
    taken: input.code === undefined ? undefined : codeHolder(pageId, input.code),
    alike: input.code === undefined ? codesLike(pageId, input.name) : undefined,
    order: input.position === undefined ? undefined : orderQuestion(pageId),
  };
  return changeKnowing(manager, actor, pageId, 'component.created', asked, async (unit, known) => {
    const { count, group } = known.room;
    if (count >= MOST_COMPONENTS) throw conflict(`A page has at most ${MOST_COMPONENTS} components.`);
    if (groupId !== null && !group) throw groupMissing(groupId);
    if (input.code !== undefined && known.taken) throw codeTaken(input.code);
    const others = new Set(known.alike);
    const made: ComponentRecord = {
      id: newId(),
      v2Id: origin.v2Id ?? newV2Id(),
      name: input.name,
      code: input.code ?? freeSlug(slugOf(input.name), 'component', (code) => others.has(code)),
      description: input.description || null,
      status: 'operational',
      statusSince: origin.since ?? origin.createdAt ?? unit.now,
      setStatus: 'operational',
      position: 1 + (group ? group.upTo : count),
      group: groupIn(known.room),
      heldBy: [],
      createdAt: origin.createdAt ?? unit.now,
      updatedAt: unit.now,
    };
    const { id, v2Id, name, code, description, statusSince, createdAt } = made;
    const place = behindAll(known.room);
    unit.visible();
    unit.write(
      unit.tx.insert(components).values({
        ...{ id, v2Id, pageId, groupId, name, code, description, ...place },
        ...{ setStatus: 'operational', status: 'operational', statusSince, since: statusSince },
        ...{ createdAt, updatedAt: unit.now },
      }),
    );
    const [shown] = setStatuses(unit, [made], new Map([[id, input.status ?? 'operational']]));
    const position =
      known.order && input.position !== undefined
        ? move(unit, withComponentLast(known.order, id, groupId, place), id, groupId, input.position)
        : made.position;
    return { value: id, after: { ...shown!, position }, subjectId: id, details: { name } };
  });
}

/** The place behind the last component of a group, or behind everything. */
function behindAll({ lastTop, group }: Room): { topRank: number; rank: number } {
  return group ? { topRank: group.rank, rank: group.last + 1 } : { topRank: lastTop + 1, rank: 0 };
}

/** @returns its place in the flat list, from 1 */
function move(unit: Change, order: Ranked, id: string, groupId: string | null, position: number): number {
  const after = placeComponent(order.entries, id, groupId, position);
  storeOrder(unit, order, after);
  return flat(after).indexOf(id) + 1;
}

/**
 * Changes one component. Afterwards it is known without another question.
 *
 * @throws DomainError not_found, conflict (code taken), invalid (group not there)
 */
export async function editComponent(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
  input: ComponentPatch,
): Promise<Outcome<string, ComponentRecord>> {
  const { name, code, status, group_id, position } = input;
  const asked = {
    component: componentQuestion(pageId, id),
    taken: code === undefined ? undefined : codeHolder(pageId, code),
    open: name === undefined ? undefined : openNaming(pageId, id),
    room: group_id === undefined ? undefined : roomFor(pageId, group_id),
    order: position === undefined ? undefined : orderQuestion(pageId),
  };
  return changeKnowing(manager, actor, pageId, 'component.updated', asked, async (unit, known) => {
    const before = known.component;
    const next = {
      name: name ?? before.name,
      code: code ?? before.code,
      description: input.description === undefined ? before.description : input.description || null,
    };
    if (code !== undefined && code !== before.code && known.taken) throw codeTaken(code);
    const groupId = group_id === undefined ? (before.group?.id ?? null) : group_id;
    const regrouped = groupId !== (before.group?.id ?? null);
    if (regrouped && groupId !== null && !known.room!.group) throw groupMissing(groupId);
    const place = regrouped ? behindAll(known.room!) : null;
    const edited =
      next.name !== before.name || next.code !== before.code || next.description !== before.description;
    if (edited || place) {
      unit.visible();
      unit.write(
        unit.tx
          .update(components)
          .set({
            ...next,
            ...(place ? { groupId, ...place } : {}),
            updatedAt: unit.now,
          })
          .where(eq(components.id, id)),
      );
    }
    if (next.name !== before.name && known.open) renameWhereOpen(unit, id, next.name, known.open);
    const there = place ? { position: positionIn(known.room!, before), group: groupIn(known.room!) } : {};
    const renewed = { ...before, ...next, ...there, ...(edited || place ? { updatedAt: unit.now } : {}) };
    if (known.order && position !== undefined) {
      const order = place ? withComponentLast(known.order, id, groupId, place) : known.order;
      renewed.position = move(unit, order, id, groupId, position);
    }
    const [after] =
      status !== undefined && status !== before.setStatus
        ? setStatuses(unit, [renewed], new Map([[id, status]]))
        : [renewed];
    return { value: id, after: after!, subjectId: id, details: { ...input } };
  });
}

function groupIn({ group }: Room): ComponentRecord['group'] {
  return group && { id: group.id, name: group.name };
}

/** The place in the flat list of a component that went behind all others of its group, or of the page. */
function positionIn({ group, count }: Room, before: ComponentRecord): number {
  if (!group) return count;
  return before.position <= group.upTo ? group.upTo : group.upTo + 1;
}

/** The files of what is open follow a new name, and a removal. */
function touchOpen(unit: Change, { incidents, windows }: Open): void {
  for (const incident of incidents) unit.touch('incident', incident.id);
  for (const window of windows) unit.touch('maintenance', window.id);
  for (const { at } of [...incidents, ...windows]) unit.touchMonthOf(at);
}

const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id);

/** What is open speaks of a component by its present name; what is over keeps the name of its time. */
function renameWhereOpen(unit: Change, id: string, name: string, open: Open): void {
  touchOpen(unit, open);
  unit.write(
    unit.tx.run(
      sql`update update_components set name = ${name} where component_id = ${id} and incident_id ${inList(idsOf(open.incidents))}`,
    ) as never,
    unit.tx.run(
      sql`update window_components set name = ${name} where component_id = ${id} and window_id ${inList(idsOf(open.windows))}`,
    ) as never,
  );
}

/** Deletes a component and takes it out of what is open. @throws DomainError not_found */
export async function deleteComponent(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
): Promise<Outcome<null>> {
  const asked = { component: componentQuestion(pageId, id), open: openNaming(pageId, id) };
  return changeKnowing(manager, actor, pageId, 'component.deleted', asked, async (unit, known) => {
    const { tx } = unit;
    const { incidents, windows } = known.open;
    touchOpen(unit, known.open);
    unit.touch('component', id);
    // They go with the component's row, unless there are so many that they would hold others up.
    if (known.open.followers === FOLLOWERS_AT_ONCE) await deleteFollowers(tx, id);
    unit.write(
      tx.run(
        sql`delete from update_components where component_id = ${id} and incident_id ${inList(idsOf(incidents))}`,
      ) as never,
      tx.run(
        sql`delete from window_components where component_id = ${id} and window_id ${inList(idsOf(windows))}`,
      ) as never,
      tx.delete(components).where(eq(components.id, id)),
    );
    return { value: null, after: null, subjectId: id, details: { name: known.component.name } };
  });
}
