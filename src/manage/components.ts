import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { inList } from '../../db/json-list.ts';
import { ask, type Question, question } from '../../db/question.ts';
import { components } from '../../db/schema.ts';
import { conflict, type DomainError, invalid, notOnPage } from '../domain/errors.ts';
import { newId, newV2Id } from '../domain/ids.ts';
import type { ComponentCreate, ComponentPatch } from '../domain/input.ts';
import { placeComponent } from '../domain/order.ts';
import { freeSlug, slugOf } from '../domain/slug.ts';
import { type Actor, type Change, changeKnowing, type Manager, type Outcome } from './command.ts';
import { type ComponentRecord, componentQuestion, getComponent } from './component-queries.ts';
import { setStatuses } from './component-statuses.ts';
import { loadOrder, storeOrder } from './order.ts';
import { deleteFollowers } from './subscriber-steps.ts';

const MOST_COMPONENTS = 5000;

/** Facts that come with a component from elsewhere: the source's id, and since when its uptime counts. */
export interface ComponentOrigin {
  v2Id?: string;
  since?: number;
  createdAt?: number;
}

/**
 * The components of a page among these ids, by id.
 *
 * @param loc where the ids stand in the body; null passes over those that are not there
 * @throws DomainError invalid for one that is not there or foreign
 */
export async function componentsOn(
  tx: Database,
  pageId: string,
  ids: readonly string[],
  loc: 'components' | 'component_ids' | null,
): Promise<Map<string, { id: string; name: string }>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select({ id: components.id, name: components.name })
    .from(components)
    .where(and(eq(components.pageId, pageId), sql`${components.id} ${inList(ids)}`));
  const found = new Map(rows.map((row) => [row.id, row]));
  const missing = loc === null ? -1 : ids.findIndex((id) => !found.has(id));
  if (loc !== null && missing >= 0) throw notOnPage(ids, missing, loc);
  return found;
}

/** `componentsOn` the page of a change. @throws DomainError invalid for one that is not there or foreign */
export function namedComponents(
  unit: Change,
  ids: readonly string[],
  loc: 'components' | 'component_ids',
): Promise<Map<string, { id: string; name: string }>> {
  return componentsOn(unit.tx, unit.page.id, ids, loc);
}

/** Whether a component has this code; null when none has. */
function codeHolder(pageId: string, code: string): Question<string | null> {
  return question(
    `select json_quote(id) as answer from components where page_id = ? and code = ?`,
    pageId,
    code,
  );
}

function codeTaken(code: string): DomainError {
  return conflict(`The code "${code}" is taken on this page. Choose another code.`);
}

/** Codes that begin as that of a new component might: a long name leaves less room for its number. */
function codesLike(pageId: string, name: string): Question<string[] | null> {
  const wanted = slugOf(name);
  const like = `${wanted === '' ? 'component-' : wanted.slice(0, 56)}%`;
  return question(
    'select json_group_array(code) as answer from components where page_id = ? and code like ?',
    pageId,
    like,
  );
}

/** The place behind the last component of a group, or behind everything. */
async function lastPlace(unit: Change, groupId: string | null): Promise<{ topRank: number; rank: number }> {
  const { room } = await ask(unit.tx.$client, { room: roomFor(unit.page.id, groupId) });
  if (groupId === null) return { topRank: room.lastTop + 1, rank: 0 };
  if (!room.group) throw groupMissing(groupId);
  return { topRank: room.group.rank, rank: room.group.last + 1 };
}

interface Room {
  count: number;
  /** The rank behind everything in the top level. */
  lastTop: number;
  /** The group that it is to belong to, with the rank of its last component. */
  group: { id: string; name: string; rank: number; last: number; upTo: number } | null;
}

const ROOM = `select json_object('count', (select count(*) from components where page_id = ?1),
  'lastTop', max(coalesce((select max(rank) from groups where page_id = ?1), 0),
    coalesce((select max(top_rank) from components where page_id = ?1), 0)),
  'group', (select json_object('id', g.id, 'name', g.name, 'rank', g.rank,
    'last', (select coalesce(max(rank), 0) from components where group_id = g.id),
    'upTo', (select count(*) from components where page_id = ?1 and top_rank <= g.rank))
    from groups g where g.id = ?2 and g.page_id = ?1)) as answer`;

function groupMissing(id: string): DomainError {
  return invalid(['group_id'], `There is no group ${id} on this page.`, 'not_found');
}

function roomFor(pageId: string, groupId: string | null): Question<Room> {
  const { statement, read } = question<Room>(ROOM, pageId, groupId);
  return { statement, read: (rows) => read(rows)! };
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
  };
  return changeKnowing(manager, actor, pageId, 'component.created', asked, async (unit, known) => {
    const { count, lastTop, group } = known.room;
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
      group: group && { id: group.id, name: group.name },
      heldBy: [],
      createdAt: origin.createdAt ?? unit.now,
      updatedAt: unit.now,
    };
    const { id, v2Id, name, code, description, statusSince, createdAt } = made;
    const place = group ? { topRank: group.rank, rank: group.last + 1 } : { topRank: lastTop + 1, rank: 0 };
    unit.visible();
    unit.write(
      unit.tx.insert(components).values({
        ...{ id, v2Id, pageId, groupId, name, code, description, ...place },
        ...{ setStatus: 'operational', status: 'operational', statusSince, since: statusSince },
        ...{ createdAt, updatedAt: unit.now },
      }),
    );
    const [after] = setStatuses(unit, [made], new Map([[id, input.status ?? 'operational']]));
    if (input.position !== undefined) await move(unit, id, groupId, input.position);
    return {
      value: id,
      after: input.position === undefined ? after! : await componentAfter(unit, id),
      subjectId: id,
      details: { name },
    };
  });
}

async function move(unit: Change, id: string, groupId: string | null, position: number): Promise<void> {
  await unit.flush();
  const order = await loadOrder(unit);
  storeOrder(unit, order, placeComponent(order.entries, id, groupId, position));
}

/**
 * Changes one component. Afterwards it is known without another question, unless it was moved.
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
    const edited =
      next.name !== before.name || next.code !== before.code || next.description !== before.description;
    if (edited || regrouped) {
      unit.visible();
      unit.write(
        unit.tx
          .update(components)
          .set({
            ...next,
            ...(regrouped ? { groupId, ...(await lastPlace(unit, groupId)) } : {}),
            updatedAt: unit.now,
          })
          .where(eq(components.id, id)),
      );
    }
    if (next.name !== before.name && known.open) renameWhereOpen(unit, id, next.name, known.open);
    if (position !== undefined) await move(unit, id, groupId, position);
    const renewed = { ...before, ...next, ...(edited ? { updatedAt: unit.now } : {}) };
    const [after] =
      status !== undefined && status !== before.setStatus
        ? setStatuses(unit, [renewed], new Map([[id, status]]))
        : [renewed];
    return {
      value: id,
      after: regrouped || position !== undefined ? await componentAfter(unit, id) : after!,
      subjectId: id,
      details: { ...input },
    };
  });
}

async function componentAfter(unit: Change, id: string): Promise<ComponentRecord> {
  await unit.flush();
  return getComponent(unit.tx, unit.page.id, id);
}

interface Open {
  incidents: { id: string; at: number }[];
  windows: { id: string; at: number }[];
}

const OPEN = `select json_object(
  'incidents', (select json_group_array(json_object('id', id, 'at', started_at)) from incidents
    where page_id = ?1 and status <> 'resolved' and id in (select incident_id from update_components where component_id = ?2)),
  'windows', (select json_group_array(json_object('id', id, 'at', starts_at)) from maintenance_windows
    where page_id = ?1 and status not in ('completed', 'cancelled')
      and id in (select window_id from window_components where component_id = ?2))) as answer`;

/** What is open and names this component. */
function openNaming(pageId: string, id: string): Question<Open> {
  const { statement, read } = question<Open>(OPEN, pageId, id);
  return { statement, read: (rows) => read(rows)! };
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
    await deleteFollowers(tx, id);
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
