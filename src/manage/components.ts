import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { inList } from '../../db/json-list.ts';
import { components, groups, setChanges } from '../../db/schema.ts';
import { rowReader, statement } from '../../db/statement.ts';
import { conflict, invalid, notFound } from '../domain/errors.ts';
import { newId, newV2Id } from '../domain/ids.ts';
import type { ComponentCreate, ComponentPatch, Said } from '../domain/input.ts';
import { placeComponent } from '../domain/order.ts';
import { freeSlug, slugOf } from '../domain/slug.ts';
import { type Actor, type Change, change, type Manager, type Outcome } from './command.ts';
import { lastTopRank } from './groups.ts';
import { loadOrder, storeOrder } from './order.ts';
import { refreshShown } from './shown.ts';
import { deleteFollowers } from './subscriber-steps.ts';

const MOST_COMPONENTS = 5000;

type Row = typeof components.$inferSelect;

const componentReader = rowReader(components);
const COMPONENT = `select ${componentReader.json} as component from components where id = ? and page_id = ?`;

/** Facts that come with a component from elsewhere: the source's id, and since when its uptime counts. */
export interface ComponentOrigin {
  v2Id?: string;
  since?: number;
  createdAt?: number;
}

export async function findComponent(unit: Change, id: string): Promise<Row> {
  const { rows } = await unit.tx.$client.execute(statement(COMPONENT, id, unit.page.id));
  if (!rows[0]) throw notFound('Component');
  return componentReader.read(rows[0].component as string);
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
  if (loc !== null && missing >= 0)
    throw invalid(
      [loc, missing, ...(loc === 'components' ? ['id'] : [])],
      `There is no component ${ids[missing]} on this page.`,
      'not_found',
    );
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

async function codeFor(unit: Change, input: { name: string; code?: string | undefined }): Promise<string> {
  if (input.code !== undefined) {
    const [taken] = await unit.tx
      .select({ id: components.id })
      .from(components)
      .where(and(eq(components.pageId, unit.page.id), eq(components.code, input.code)));
    if (taken) throw conflict(`The code "${input.code}" is taken on this page. Choose another code.`);
    return input.code;
  }
  const wanted = slugOf(input.name);
  // A long name leaves less room for its number: ask for all that begin alike.
  const like = `${wanted === '' ? 'component-' : wanted.slice(0, 56)}%`;
  const rows = await unit.tx
    .select({ code: components.code })
    .from(components)
    .where(and(eq(components.pageId, unit.page.id), sql`${components.code} like ${like}`));
  const taken = new Set(rows.map(({ code }) => code));
  return freeSlug(wanted, 'component', (code) => taken.has(code));
}

async function assertGroup(unit: Change, id: string): Promise<{ rank: number }> {
  const [group] = await unit.tx
    .select({ rank: groups.rank })
    .from(groups)
    .where(and(eq(groups.id, id), eq(groups.pageId, unit.page.id)));
  if (!group) throw invalid(['group_id'], `There is no group ${id} on this page.`, 'not_found');
  return group;
}

/** The place behind the last component of a group, or behind everything. */
async function lastPlace(unit: Change, groupId: string | null): Promise<{ topRank: number; rank: number }> {
  if (groupId === null) return { topRank: (await lastTopRank(unit)) + 1, rank: 0 };
  const group = await assertGroup(unit, groupId);
  const [row] = await unit.tx
    .select({ last: sql<number>`coalesce(max(${components.rank}), 0)` })
    .from(components)
    .where(eq(components.groupId, groupId));
  return { topRank: group.rank, rank: row!.last + 1 };
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
): Promise<Outcome<string>> {
  return change(manager, actor, pageId, 'component.created', async (unit) => {
    const [row] = await unit.tx.all<{ n: number }>(
      sql`select count(*) as n from components where page_id = ${pageId}`,
    );
    if (row!.n >= MOST_COMPONENTS) throw conflict(`A page has at most ${MOST_COMPONENTS} components.`);
    const id = newId();
    const groupId = input.group_id ?? null;
    const status = input.status ?? 'operational';
    const createdAt = origin.createdAt ?? unit.now;
    const since = origin.since ?? createdAt;
    const place = await lastPlace(unit, groupId);
    unit.visible();
    unit.write(
      unit.tx.insert(components).values({
        id,
        v2Id: origin.v2Id ?? newV2Id(),
        pageId,
        groupId,
        name: input.name,
        code: await codeFor(unit, input),
        description: input.description || null,
        ...place,
        setStatus: status,
        status: 'operational',
        statusSince: since,
        since,
        createdAt,
        updatedAt: unit.now,
      }),
      unit.tx.insert(setChanges).values({ componentId: id, at: unit.now, status }),
    );
    await unit.flush();
    if (status !== 'operational') await refreshShown(unit, [id]);
    if (input.position !== undefined) await move(unit, id, groupId, input.position);
    return { value: id, subjectId: id, details: { name: input.name } };
  });
}

async function move(unit: Change, id: string, groupId: string | null, position: number): Promise<void> {
  await unit.flush();
  const order = await loadOrder(unit);
  storeOrder(unit, order, placeComponent(order.entries, id, groupId, position));
}

const NOTE_SET = `insert into set_changes (at, component_id, status)
  select ?, json_extract(value, '$[0]'), json_extract(value, '$[1]') from json_each(?) where true
  on conflict (component_id, at) do update set status = excluded.status`;
const SET = `update components set set_status = json_extract(row.value, '$[1]')
  from json_each(?) as row where components.id = json_extract(row.value, '$[0]')`;

/** Sets statuses, and refreshes what the components show. Those that have the status already keep it untouched. */
async function setStatuses(unit: Change, list: Said): Promise<void> {
  const rows = JSON.stringify(list.map(({ id, status }) => [id, status]));
  unit.write(statement(NOTE_SET, unit.now, rows), statement(SET, rows));
  await refreshShown(
    unit,
    list.map(({ id }) => id),
  );
}

/** Sets the statuses of many components at once. @throws DomainError invalid for one that is not on the page */
export async function setComponentStatuses(
  manager: Manager,
  actor: Actor,
  pageId: string,
  list: Said,
): Promise<Outcome<null>> {
  return change(manager, actor, pageId, 'components.updated', async (unit) => {
    const ids = list.map(({ id }) => id);
    const rows = await unit.tx
      .select({ id: components.id, setStatus: components.setStatus })
      .from(components)
      .where(
        and(
          eq(components.pageId, pageId),
          ids.length > 50 ? sql`${components.id} ${inList(ids)}` : inArray(components.id, ids),
        ),
      );
    const current = new Map(rows.map((row) => [row.id, row.setStatus]));
    const missing = ids.findIndex((id) => !current.has(id));
    if (missing >= 0)
      throw invalid([missing, 'id'], `There is no component ${ids[missing]} on this page.`, 'not_found');
    const changed = list.filter(({ id, status }) => current.get(id) !== status);
    if (changed.length > 0) await setStatuses(unit, changed);
    return { value: null, details: { components: list.slice(0, 50), count: list.length } };
  });
}

/** Changes one component. @throws DomainError not_found, conflict (code taken), invalid (group not there) */
export async function editComponent(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
  input: ComponentPatch,
): Promise<Outcome<string>> {
  return change(manager, actor, pageId, 'component.updated', async (unit) => {
    const row = await findComponent(unit, id);
    const { status, group_id, position, description, name } = input;
    const code =
      input.code !== undefined && input.code !== row.code
        ? await codeFor(unit, { name: row.name, code: input.code })
        : row.code;
    const next = {
      name: name ?? row.name,
      code,
      description: description === undefined ? row.description : description || null,
    };
    const groupId = group_id === undefined ? row.groupId : group_id;
    const regrouped = groupId !== row.groupId;
    if (
      next.name !== row.name ||
      next.code !== row.code ||
      next.description !== row.description ||
      regrouped
    ) {
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
    if (next.name !== row.name) await renameWhereOpen(unit, id, next.name);
    if (position !== undefined) await move(unit, id, groupId, position);
    if (status !== undefined && status !== row.setStatus) await setStatuses(unit, [{ id, status }]);
    return { value: id, subjectId: id, details: { ...input } };
  });
}

interface OpenRow {
  id: string;
  at: number;
}

/** What is open and names this component: its files follow a new name, and a removal. */
async function openNaming(unit: Change, id: string): Promise<{ incidents: string[]; windows: string[] }> {
  const { tx, page } = unit;
  const [incidents, windows] = await tx.batch([
    tx.all<OpenRow>(sql`select id, started_at as at from incidents where page_id = ${page.id} and status <> 'resolved'
      and id in (select incident_id from update_components where component_id = ${id})`),
    tx.all<OpenRow>(sql`select id, starts_at as at from maintenance_windows where page_id = ${page.id}
      and status not in ('completed', 'cancelled') and id in (select window_id from window_components where component_id = ${id})`),
  ]);
  for (const incident of incidents) unit.touch('incident', incident.id);
  for (const window of windows) unit.touch('maintenance', window.id);
  for (const { at } of [...incidents, ...windows]) unit.touchMonthOf(at);
  return { incidents: incidents.map((one) => one.id), windows: windows.map((one) => one.id) };
}

/** What is open speaks of a component by its present name; what is over keeps the name of its time. */
async function renameWhereOpen(unit: Change, id: string, name: string): Promise<void> {
  const open = await openNaming(unit, id);
  unit.write(
    unit.tx.run(
      sql`update update_components set name = ${name} where component_id = ${id} and incident_id ${inList(open.incidents)}`,
    ) as never,
    unit.tx.run(
      sql`update window_components set name = ${name} where component_id = ${id} and window_id ${inList(open.windows)}`,
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
  return change(manager, actor, pageId, 'component.deleted', async (unit) => {
    const { tx } = unit;
    const row = await findComponent(unit, id);
    const open = await openNaming(unit, id);
    unit.touch('component', id);
    await deleteFollowers(tx, id);
    unit.write(
      tx.run(
        sql`delete from update_components where component_id = ${id} and incident_id ${inList(open.incidents)}`,
      ) as never,
      tx.run(
        sql`delete from window_components where component_id = ${id} and window_id ${inList(open.windows)}`,
      ) as never,
      tx.delete(components).where(eq(components.id, id)),
    );
    return { value: null, subjectId: id, details: { name: row.name } };
  });
}
