import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { componentPatch } from '../../src/domain/input.ts';
import { getComponent, getGroup, listComponents, listGroups } from '../../src/manage/component-queries.ts';
import { editComponent } from '../../src/manage/components.ts';
import { createGroup, deleteGroup, editGroup } from '../../src/manage/groups.ts';
import { orderComponents } from '../../src/manage/order.ts';
import { type Desk, deskOf } from '../fixtures/desk.ts';
import { newPage, openSite, pageRow, type Site } from '../fixtures/store.ts';

let site: Site;
let pageId: string;
let desk: Desk;
const EVERYTHING = { limit: 500, offset: 0 };

beforeEach(async () => {
  site = await openSite();
  pageId = await newPage(site);
  desk = deskOf(site, pageId);
});
afterEach(() => site.close());

async function addGroup(name: string, position?: number): Promise<string> {
  return (await createGroup(site.manager, site.actor, pageId, { name, position })).value;
}
const patch = (id: string, input: Record<string, unknown>) =>
  editComponent(site.manager, site.actor, pageId, id, componentPatch.parse(input));
const order = (list: string[]) => orderComponents(site.manager, site.actor, pageId, list);
const all = async () => (await listComponents(site.store.read, pageId, null, EVERYTHING)).items;

/** The page as one line: groups with their components in brackets. Positions must be the places in it. */
async function layout(): Promise<string> {
  const list = await all();
  expect(list.map(({ position }) => position)).toEqual(list.map((_, place) => place + 1));
  const { items: groups } = await listGroups(site.store.read, pageId, EVERYTHING);
  const parts: string[] = [];
  let index = 0;
  for (
    let place = 1;
    index < list.length || parts.length < groups.length + list.filter((one) => !one.group).length;
    place++
  ) {
    const group = groups.find(({ position }) => position === place);
    if (group) {
      const inside = list.filter((one) => one.group?.id === group.id).map(({ name }) => name);
      expect(list.slice(index, index + inside.length).map(({ name }) => name)).toEqual(inside);
      parts.push(`${group.name}[${inside.join(' ')}]`);
      index += inside.length;
    } else {
      expect(list[index]?.group).toBeNull();
      parts.push(list[index++]!.name);
    }
  }
  return parts.join(' ');
}

describe('the order of a page', () => {
  test('puts what is new at the end of its group, or of the page', async () => {
    const region = await addGroup('R');
    await desk.add('a');
    await desk.add('b', { group_id: region });
    await addGroup('S');
    await desk.add('c');
    await desk.add('d', { group_id: region });
    expect(await layout()).toBe('R[b d] a S[] c');
  });

  test('puts a component where it is asked for, and shifts the rest', async () => {
    for (const name of ['a', 'b', 'c']) await desk.add(name);
    const d = await desk.add('d', { position: 2 });
    expect(await layout()).toBe('a d b c');
    await patch(d, { position: 4 });
    expect(await layout()).toBe('a b c d');
    await patch(d, { position: 1 });
    expect(await layout()).toBe('d a b c');
    await patch(d, { position: 99 });
    expect(await layout()).toBe('a b c d');
    expect((await getComponent(site.store.read, pageId, d)).position).toBe(4);
  });

  test('keeps a component within its group’s stretch, at the nearest end', async () => {
    const region = await addGroup('R', 1);
    for (const name of ['a', 'b', 'c']) await desk.add(name, { group_id: region });
    await desk.add('x');
    const c = (await all()).find(({ name }) => name === 'c')!.id;
    await patch(c, { position: 1 });
    expect(await layout()).toBe('R[c a b] x');
    await patch(c, { position: 4 });
    expect(await layout()).toBe('R[a b c] x');
    await patch(c, { position: 2 });
    expect(await layout()).toBe('R[a c b] x');
  });

  test('keeps a component without a group out of a group’s stretch, at its nearest end', async () => {
    const region = await addGroup('R');
    for (const name of ['a', 'b', 'c', 'd']) await desk.add(name, { group_id: region });
    const x = await desk.add('x');
    await patch(x, { position: 2 });
    expect(await layout()).toBe('x R[a b c d]');
    await patch(x, { position: 4 });
    expect(await layout()).toBe('R[a b c d] x');
  });

  test('moves a component from one group to another, and out of it', async () => {
    const r = await addGroup('R');
    const s = await addGroup('S');
    const a = await desk.add('a', { group_id: r });
    await desk.add('b', { group_id: s });
    await patch(a, { group_id: s });
    expect(await layout()).toBe('R[] S[b a]');
    await patch(a, { group_id: r, position: 1 });
    expect(await layout()).toBe('R[a] S[b]');
    await patch(a, { group_id: null });
    expect(await layout()).toBe('R[] S[b] a');
    await patch(a, { group_id: s, position: 1 });
    expect(await layout()).toBe('R[] S[a b]');
  });

  test('moves a group as a whole among groups and components', async () => {
    const r = await addGroup('R');
    await desk.add('a', { group_id: r });
    await desk.add('x');
    const s = await addGroup('S');
    await desk.add('b', { group_id: s });
    await editGroup(site.manager, site.actor, pageId, s, { position: 1 });
    expect(await layout()).toBe('S[b] R[a] x');
    await editGroup(site.manager, site.actor, pageId, s, { position: 2 });
    expect(await layout()).toBe('R[a] S[b] x');
    await editGroup(site.manager, site.actor, pageId, r, { position: 50 });
    expect(await layout()).toBe('S[b] x R[a]');
    expect((await getGroup(site.store.read, pageId, r)).position).toBe(3);
    await desk.add('y', { group_id: s });
    expect(await layout()).toBe('S[b y] x R[a]');
  });

  test('frees the components of a deleted group where it stood', async () => {
    await desk.add('x');
    const r = await addGroup('R');
    for (const name of ['a', 'b']) await desk.add(name, { group_id: r });
    await desk.add('y');
    await deleteGroup(site.manager, site.actor, pageId, r);
    expect(await layout()).toBe('x a b y');
    await desk.add('z', { position: 3 });
    expect(await layout()).toBe('x a z b y');
  });

  test('follows a list of every component, groups kept together', async () => {
    const r = await addGroup('R');
    const [a, b] = [await desk.add('a', { group_id: r }), await desk.add('b', { group_id: r })];
    await addGroup('E');
    const [x, y] = [await desk.add('x'), await desk.add('y')];
    await order([y, b, a, x]);
    expect(await layout()).toBe('y R[b a] E[] x');
    const before = await pageRow(site, pageId);
    for (const wrong of [
      [y, b, x, a],
      [y, b, a],
      [y, b, a, x, x],
      [y, b, a, 'b0000000-0000-7000-8000-000000000000'],
    ]) {
      await expect(order(wrong)).rejects.toMatchObject({ kind: 'invalid' });
    }
    expect(await pageRow(site, pageId)).toEqual(before);
    await order([y, b, a, x]);
    expect((await pageRow(site, pageId)).revision).toBe(before.revision);
  });

  test('knows only groups of its own page', async () => {
    const other = await newPage(site, { name: 'Elsewhere' });
    const foreign = (await createGroup(site.manager, site.actor, other, { name: 'Theirs' })).value;
    await expect(desk.add('a', { group_id: foreign })).rejects.toMatchObject({ kind: 'invalid' });
    const a = await desk.add('a');
    await expect(patch(a, { group_id: foreign })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(deleteGroup(site.manager, site.actor, pageId, foreign)).rejects.toMatchObject({
      kind: 'not_found',
    });
  });
});
