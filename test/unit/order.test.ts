import { describe, expect, test } from 'vitest';
import { type Entry, flat, orderAs, placeComponent, placeGroup } from '../../src/domain/order.ts';
import { fc } from '../fixtures/properties.ts';

/** Pages of up to six entries: groups with up to four components, some empty, and components without a group. */
const page: fc.Arbitrary<Entry[]> = fc
  .array(fc.oneof(fc.constant(null), fc.nat({ max: 4 })), { maxLength: 6 })
  .map((sizes) => {
    let n = 0;
    return sizes.map((size, place) =>
      size === null
        ? { group: null, components: [`c${n++}`] }
        : { group: `g${place}`, components: Array.from({ length: size }, () => `c${n++}`) },
    );
  });
const position = fc.integer({ min: 1, max: 30 });

/** A page, a component that is on it or new, and a group of the page or none. */
const placing = page.chain((entries) =>
  fc.record({
    entries: fc.constant(entries),
    component: fc.constantFrom('new', ...flat(entries)),
    group: fc.constantFrom(null, ...entries.flatMap((entry) => (entry.group === null ? [] : [entry.group]))),
    position,
  }),
);

const groupsOf = (entries: readonly Entry[]) =>
  entries.flatMap((entry) => (entry.group === null ? [] : [entry.group]));

describe('placing a component', () => {
  test('puts it into its group, and leaves the order of all others as it was', () => {
    fc.assert(
      fc.property(placing, ({ entries, component, group, position: wanted }) => {
        const after = placeComponent(entries, component, group, wanted);
        expect(after.filter((entry) => entry.components.includes(component))).toEqual([
          expect.objectContaining({ group }),
        ]);
        expect(flat(after).filter((id) => id !== component)).toEqual(
          flat(entries).filter((id) => id !== component),
        );
        expect(groupsOf(after)).toEqual(groupsOf(entries));
        for (const entry of after) if (entry.group === null) expect(entry.components).toHaveLength(1);
      }),
    );
  });

  test('puts it at its position, or at the nearest place that is allowed', () => {
    fc.assert(
      fc.property(placing, ({ entries, component, group, position: wanted }) => {
        const after = placeComponent(entries, component, group, wanted);
        const found = flat(after).indexOf(component) + 1;
        const rest = entries.map((entry) => ({
          ...entry,
          components: entry.components.filter((id) => id !== component),
        }));
        const allowed: number[] = [];
        let start = 1;
        for (const entry of rest) {
          const end = start + entry.components.length;
          if (group === null) allowed.push(start, end);
          else if (entry.group === group) for (let place = start; place <= end; place++) allowed.push(place);
          start = end;
        }
        if (group === null) allowed.push(start);
        const distance = (place: number) => Math.abs(place - wanted);
        expect(allowed).toContain(found);
        expect(distance(found)).toBe(Math.min(...allowed.map(distance)));
      }),
    );
  });

  test('changes nothing where it is already', () => {
    fc.assert(
      fc.property(placing, ({ entries, component, group, position: wanted }) => {
        const after = placeComponent(entries, component, group, wanted);
        const again = placeComponent(after, component, group, flat(after).indexOf(component) + 1);
        expect(again).toEqual(after);
      }),
    );
  });
});

describe('placing a group', () => {
  test('puts it at its place in the top level, or at the end, and moves nothing else', () => {
    fc.assert(
      fc.property(page, fc.nat(), position, (entries, pick, wanted) => {
        const groups = groupsOf(entries);
        const group = groups.length > 0 ? groups[pick % groups.length]! : 'new';
        const after = placeGroup(entries, group, wanted);
        expect(after.findIndex((entry) => entry.group === group) + 1).toBe(Math.min(wanted, after.length));
        expect(after.filter((entry) => entry.group !== group)).toEqual(
          entries.filter((entry) => entry.group !== group),
        );
      }),
    );
  });
});

describe('an order by a list of all components', () => {
  test('is what the list says, when it keeps groups together, and loses no group', () => {
    const shuffled = page.chain((entries) =>
      fc.tuple(
        fc.constant(entries),
        fc.shuffledSubarray([...entries.keys()], { minLength: entries.length }),
        fc.boolean(),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([entries, places, turned]) => {
        const list = places.flatMap((place) => {
          const { components } = entries[place]!;
          return turned ? components.toReversed() : components;
        });
        const after = orderAs(entries, list)!;
        expect(flat(after)).toEqual(list);
        expect(groupsOf(after).sort()).toEqual(groupsOf(entries).sort());
        for (const entry of after) if (entry.group === null) expect(entry.components).toHaveLength(1);
        for (const entry of after)
          expect(
            new Set(
              entries.find(
                (one) =>
                  one.group === entry.group &&
                  (one.group !== null || one.components[0] === entry.components[0]),
              )!.components,
            ),
          ).toEqual(new Set(entry.components));
      }),
    );
  });

  test('that is there already changes nothing', () => {
    fc.assert(
      fc.property(page, (entries) => {
        expect(orderAs(entries, flat(entries))).toEqual(entries);
      }),
    );
  });

  test('is refused when one is missing, twice, unknown, or a group is torn apart', () => {
    const entries: Entry[] = [
      { group: 'g', components: ['a', 'b'] },
      { group: null, components: ['c'] },
    ];
    for (const list of [
      ['a', 'b'],
      ['a', 'b', 'b'],
      ['a', 'b', 'c', 'c'],
      ['a', 'b', 'x'],
      ['a', 'c', 'b'],
      [],
    ]) {
      expect(orderAs(entries, list)).toBeNull();
    }
  });
});
