/**
 * The order of a page (contract, section 5): the top level is one sequence of groups and of components without a group;
 * each group has its own. A component's position is its place in the flat list that follows from it.
 */

/** An entry of the top level. A component without a group is an entry with itself as its only component. */
export interface Entry {
  /** Id of the group, or null. */
  group: string | null;
  components: string[];
}

/** The flat list. */
export function flat(entries: readonly Entry[]): string[] {
  return entries.flatMap((entry) => entry.components);
}

function without(entries: readonly Entry[], component: string): Entry[] {
  return entries
    .map((entry) => ({ ...entry, components: entry.components.filter((id) => id !== component) }))
    .filter((entry) => entry.group !== null || entry.components.length > 0);
}

/**
 * Puts a component (new, or there already) into a group, or none, at a flat position from 1. A position outside its
 * group's stretch goes to that stretch's nearest end; one inside somebody else's group to that group's nearest end.
 */
export function placeComponent(
  entries: readonly Entry[],
  component: string,
  group: string | null,
  position: number,
): Entry[] {
  const index = position - 1;
  const home = entries.find((entry) => entry.components.includes(component));
  // Where it is already: groups without components, which take up no position, stay on their side of it.
  if (home?.group === group && flat(entries)[index] === component) return [...entries];
  const rest = without(entries, component);
  let start = 0;
  for (let place = 0; place < rest.length; place++) {
    const entry = rest[place]!;
    const end = start + entry.components.length;
    if (group !== null && entry.group === group) {
      const inside = Math.min(Math.max(index, start), end) - start;
      return rest.with(place, { ...entry, components: entry.components.toSpliced(inside, 0, component) });
    }
    if (group === null && index < end) {
      const nearer = index - start <= end - index ? place : place + 1;
      return rest.toSpliced(nearer, 0, { group: null, components: [component] });
    }
    start = end;
  }
  return [...rest, { group, components: [component] }];
}

/** Moves a group to a place in the top level, from 1. */
export function placeGroup(entries: readonly Entry[], group: string, position: number): Entry[] {
  const moved = entries.find((entry) => entry.group === group) ?? { group, components: [] };
  const rest = entries.filter((entry) => entry.group !== group);
  return rest.toSpliced(Math.min(position - 1, rest.length), 0, moved);
}

/**
 * The order that a list of every component asks for. Groups that have no components stay behind their neighbour.
 *
 * @returns null when a component is missing, named twice or unknown, or when a group is torn apart
 */
export function orderAs(entries: readonly Entry[], list: readonly string[]): Entry[] | null {
  const home = new Map<string, Entry>();
  for (const entry of entries) for (const id of entry.components) home.set(id, entry);
  if (list.length !== home.size || new Set(list).size !== list.length) return null;
  const ordered: Entry[] = [];
  const seen = new Set<Entry>();
  let current: Entry | null = null;
  for (const id of list) {
    const entry = home.get(id);
    if (!entry) return null;
    if (entry === current) {
      ordered.at(-1)!.components.push(id);
      continue;
    }
    if (seen.has(entry)) return null;
    seen.add(entry);
    ordered.push({ group: entry.group, components: [id] });
    current = entry;
  }
  entries.forEach((entry, place) => {
    if (entry.components.length > 0) return;
    const before = entries[place - 1];
    const at = before ? ordered.findIndex((other) => isSame(other, before)) + 1 : 0;
    ordered.splice(at, 0, entry);
  });
  return ordered;
}

function isSame(a: Entry, b: Entry): boolean {
  return a.group === b.group && (a.group !== null || a.components[0] === b.components[0]);
}
