/** The order of a page as somebody changes it: the top level with its groups, and steps up and down. */

import {
  type ComponentRecord,
  type GroupRecord,
  listComponents,
  listGroups,
} from '../../manage/component-queries.ts';
import { editComponent } from '../../manage/components.ts';
import { editGroup } from '../../manage/groups.ts';
import type { Desk } from './_page.ts';

export interface Place {
  /** Null of a component that stands by itself. */
  group: GroupRecord | null;
  components: ComponentRecord[];
}

const ALL = { limit: 5_000, offset: 0 };

/** The top level of a page, in its order. */
export async function placesOf({ me, page }: Pick<Desk, 'me' | 'page'>): Promise<Place[]> {
  const { read } = me.services;
  const [groups, components] = await Promise.all([
    listGroups(read, page.id, ALL),
    listComponents(read, page.id, null, ALL),
  ]);
  const places: Place[] = components.items
    .filter(({ group }) => group === null)
    .map((component) => ({ group: null, components: [component] }));
  // Groups know their place in the top level, from the first on.
  for (const group of groups.items.toSorted((a, b) => a.position - b.position)) {
    const own = components.items.filter((one) => one.group?.id === group.id);
    places.splice(group.position - 1, 0, { group, components: own });
  }
  return places;
}

/**
 * Moves a component or a group one step. Past a group it is the group that moves: one without components takes up no
 * position in the flat list.
 *
 * @param step -1 up, 1 down
 * @returns the revision, or null at the end of its list
 */
export async function moveBy(desk: Desk, id: string, step: -1 | 1): Promise<number | null> {
  const { me, page } = desk;
  const { manager } = me.services;
  const places = await placesOf(desk);
  const home = places.findIndex(
    ({ group, components }) => group?.id === id || components.some((one) => one.id === id),
  );
  const place = places[home];
  if (!place) return null;
  const isInside = place.group !== null && place.group.id !== id;
  if (isInside) {
    const at = place.components.findIndex((one) => one.id === id);
    const neighbour = place.components[at + step];
    if (!neighbour) return null;
    const { position } = neighbour;
    return (await editComponent(manager, me.actor, page.id, id, { position })).revision;
  }
  const neighbour = places[home + step];
  if (!neighbour) return null;
  if (place.group) {
    const position = place.group.position + step;
    return (await editGroup(manager, me.actor, page.id, id, { position })).revision;
  }
  if (neighbour.group) {
    const position = neighbour.group.position - step;
    return (await editGroup(manager, me.actor, page.id, neighbour.group.id, { position })).revision;
  }
  const { position } = neighbour.components[0]!;
  return (await editComponent(manager, me.actor, page.id, id, { position })).revision;
}
