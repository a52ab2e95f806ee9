import type { PageSnapshot, Section, SnapshotComponent } from '../../../snapshot/schema.ts';
import { once } from '../../once.ts';
import { type V2Component, v2Time } from './shapes.ts';

/** The components of one snapshot. */
export interface V2Components {
  /** In display order, a group before its components. */
  list: V2Component[];
  /** The list in JSON. */
  json: string;
}

/** Several documents of one publish hold them: made once. */
const made = new WeakMap<PageSnapshot, V2Components>();

interface Told {
  one: V2Component;
  json: string;
}

/** What was told of a component, for as long as snapshots hand on the same object. */
const told = new WeakMap<SnapshotComponent, Told>();

/** The page's groups and components (a group is a component with `group: true`). */
export function v2Components(snapshot: PageSnapshot): V2Components {
  return once(made, snapshot, () => componentsOf(snapshot));
}

function componentsOf(snapshot: PageSnapshot): V2Components {
  const list: V2Component[] = [];
  const texts: string[] = [];
  const pageId = snapshot.page.v2Id;
  for (const [place, { group, first, count }] of snapshot.sections.entries()) {
    const inside = snapshot.components.slice(first, first + count);
    if (group) {
      const one = groupOf(group, place + 1, inside, pageId);
      list.push(one);
      texts.push(JSON.stringify(one));
    }
    for (const [index, component] of inside.entries()) {
      const position = group ? index + 1 : place + 1;
      const { one, json } = toldOf(component, position, group?.v2Id ?? null, pageId);
      list.push(one);
      texts.push(json);
    }
  }
  return { list, json: `[${texts.join()}]` };
}

/** The components of one snapshot by our id. */
export interface V2Names {
  byId: ReadonlyMap<string, V2Component>;
  /** `Group - Component`, as an update names it. */
  labels: ReadonlyMap<string, string>;
}

const names = new WeakMap<PageSnapshot, V2Names>();

/** What incidents and windows need of the components that they name. */
export function v2Names(snapshot: PageSnapshot): V2Names {
  return once(names, snapshot, () => {
    const told = v2Components(snapshot).list.filter(({ group }) => !group);
    const { components } = snapshot;
    return {
      byId: new Map(components.map(({ id }, index) => [id, told[index]!])),
      labels: new Map(
        components.map(({ id, name, group }) => [id, group ? `${group.name} - ${name}` : name]),
      ),
    };
  });
}

function groupOf(
  group: NonNullable<Section['group']>,
  position: number,
  inside: readonly SnapshotComponent[],
  pageId: string,
): V2Component {
  return {
    id: group.v2Id,
    name: group.name,
    status: group.status,
    created_at: v2Time(group.createdAt),
    updated_at: v2Time(group.updatedAt),
    position,
    description: null,
    showcase: false,
    start_date: null,
    group_id: null,
    page_id: pageId,
    group: true,
    only_show_if_degraded: false,
    components: inside.map(({ v2Id }) => v2Id),
  };
}

function toldOf(
  component: SnapshotComponent,
  position: number,
  groupId: string | null,
  pageId: string,
): Told {
  const known = told.get(component);
  if (known?.one.position === position && known.one.group_id === groupId && known.one.page_id === pageId)
    return known;
  const one = componentOf(component, position, groupId, pageId);
  const fresh = { one, json: JSON.stringify(one) };
  told.set(component, fresh);
  return fresh;
}

function componentOf(
  component: SnapshotComponent,
  position: number,
  groupId: string | null,
  pageId: string,
): V2Component {
  const { v2Id, name, status, createdAt, updatedAt, description, since } = component;
  const created = v2Time(createdAt);
  return {
    id: v2Id,
    name,
    status,
    created_at: created,
    updated_at: updatedAt === createdAt ? created : v2Time(updatedAt),
    position,
    description,
    showcase: false,
    // Without a day of its own, uptime counts from the creation, and the field says nothing.
    start_date: since === createdAt ? null : v2Time(since).slice(0, 10),
    group_id: groupId,
    page_id: pageId,
    group: false,
    only_show_if_degraded: false,
  };
}
