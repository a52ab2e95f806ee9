/**
 * The order of a page as the contract tells it (section 5, "Order"): the top level is one sequence of groups and of
 * components without a group, and each group has its own. Places and positions count from 1.
 */
export class Order {
  readonly #top: { kind: 'group' | 'component'; id: string }[] = [];
  readonly #members = new Map<string, string[]>();
  readonly #groups = new Map<string, string | null>();

  addGroup(id: string, place: number): void {
    this.#members.set(id, []);
    this.#top.splice(place - 1, 0, { kind: 'group', id });
  }

  moveGroup(id: string, place: number): void {
    this.#takeFromTop(id);
    this.#top.splice(place - 1, 0, { kind: 'group', id });
  }

  /** Its components stay where they are, now without a group. */
  removeGroup(id: string): void {
    const freed = this.#membersOf(id).map((member) => ({ kind: 'component' as const, id: member }));
    for (const member of freed) this.#groups.set(member.id, null);
    const index = this.#top.findIndex((entry) => entry.id === id);
    this.#top.splice(index, 1, ...freed);
    this.#members.delete(id);
  }

  /** `place` is that within the group, or within the top level. */
  addComponent(id: string, group: string | null, place: number): void {
    this.#groups.set(id, group);
    if (group === null) this.#top.splice(place - 1, 0, { kind: 'component', id });
    else this.#membersOf(group).splice(place - 1, 0, id);
  }

  removeComponent(id: string): void {
    const group = this.groupOf(id);
    if (group === null) this.#takeFromTop(id);
    else this.#membersOf(group).splice(this.#membersOf(group).indexOf(id), 1);
    this.#groups.delete(id);
  }

  groupOf(id: string): string | null {
    return this.#groups.get(id) ?? null;
  }

  /** Entries of a group, or of the top level. */
  lengthOf(group: string | null): number {
    return group === null ? this.#top.length : this.#membersOf(group).length;
  }

  /** All components as they are listed. */
  flat(): string[] {
    return this.#top.flatMap(({ kind, id }) => (kind === 'group' ? this.#membersOf(id) : [id]));
  }

  /** The position in the flat list that a new component gets which comes to this place. */
  positionAt(group: string | null, place: number): number {
    const before = group === null ? place - 1 : this.#top.findIndex((entry) => entry.id === group);
    const earlier = this.#top.slice(0, before);
    const components = earlier.reduce(
      (sum, { kind, id }) => sum + (kind === 'group' ? this.lengthOf(id) : 1),
      0,
    );
    return components + (group === null ? 1 : place);
  }

  /** Groups without components that stand directly around a component of the top level, with their places there. */
  emptyNeighbours(id: string): { id: string; place: number }[] {
    const index = this.#top.findIndex((entry) => entry.id === id);
    if (index === -1) return [];
    let [first, last] = [index, index];
    while (this.#isEmptyGroup(first - 1)) first -= 1;
    while (this.#isEmptyGroup(last + 1)) last += 1;
    const around = this.#top
      .slice(first, last + 1)
      .map((entry, n) => ({ id: entry.id, place: first + n + 1 }));
    return around.filter((entry) => entry.id !== id);
  }

  #isEmptyGroup(index: number): boolean {
    const entry = this.#top[index];
    return entry?.kind === 'group' && this.#membersOf(entry.id).length === 0;
  }

  #takeFromTop(id: string): void {
    const index = this.#top.findIndex((entry) => entry.id === id);
    this.#top.splice(index, 1);
  }

  #membersOf(group: string): string[] {
    const members = this.#members.get(group);
    if (members === undefined) throw new Error(`the account knows no group ${group}`);
    return members;
  }
}
