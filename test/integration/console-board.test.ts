/** The console's board of a page with more components than anybody reads. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { filledFolder } from '../bench/scale/fill.ts';
import { newMember, signedIn, type Visitor } from '../server/console.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';

const COMPONENTS = 520;
const IN_A_GROUP = 40;
const board = '/console/pages/many/';

let daymark: Daymark;
let owner: Visitor;
let components: { id: string; name: string; group: { id: string; name: string } }[];
beforeAll(async () => {
  const page = { slug: 'many', components: COMPONENTS, subscribers: 0, incidents: 0 };
  const folder = await filledFolder([{ ...page, days: 30, timezone: 'Etc/UTC' }]);
  daymark = await startDaymark(folder);
  owner = await signedIn(daymark);
  const list = await daymark.api('GET', '/api/v1/pages/many/components?per_page=100');
  components = list.body as typeof components;
});
afterAll(() => daymark.stop());

/** Names of the components whose rows a page holds. */
const rowsOf = (html: string) =>
  [...html.matchAll(/<div class="component"[^>]*>.*?<span class="name">([^<]*)<\/span>/g)].map(
    ([, name]) => name,
  );
const look = async (query = '') => (await owner.get(board + query)).text;

test('of hundreds of components those that are well are folded away, with a way to each group', async () => {
  const html = await look();
  // The one for which maintenance is planned.
  expect(rowsOf(html)).toEqual(['Component 1']);
  expect(html).toContain('519 that are well are folded away');
  const group = components[0]!.group;
  const link = html.match(
    new RegExp(`href="([^"]*)"[^>]*>\\s*Show\\s*<span class="unseen"> ${group.name}<`),
  )?.[1];
  const [query] = link!.replaceAll('&amp;', '&').replaceAll('&#38;', '&').split('#');
  const opened = await look(query);
  expect(rowsOf(opened)).toHaveLength(IN_A_GROUP);
  expect(opened).toContain(`aria-label="All of ${group.name}"`);
  expect(rowsOf(await look('?open=all'))).toHaveLength(COMPONENTS);
});

test('a component is found by its name, and set where it was found', async () => {
  const sought = components[98]!;
  const query = `?open=${components[0]!.group.id}&find=${encodeURIComponent(sought.name.toUpperCase())}`;
  const html = await look(query);
  expect(rowsOf(html)).toHaveLength(IN_A_GROUP + 1);
  expect(rowsOf(html)).toContain(sought.name);
  expect(rowsOf(await look(`?find=${sought.name.slice(3)}`))).toEqual([sought.name]);
  const done = await owner.post(board + query, { set: `${sought.id}:partial_outage` });
  expect([done.status, new URL(done.headers.location!, daymark.url).search]).toEqual([
    303,
    `?${new URLSearchParams([
      ['open', components[0]!.group.id],
      ['find', sought.name.toUpperCase()],
    ])}`,
  ]);
  // What is not well is shown to everybody, with the rest of its group behind a link.
  const after = await look();
  expect(rowsOf(after)).toEqual(['Component 1', sought.name]);
  expect(after).toContain('39 more');
});

test('who may only read sees the rows without a way to change them', async () => {
  const viewer = await signedIn(daymark, await newMember(daymark, 'vera@northwind.example', 'viewer'));
  const { text } = await viewer.get(`${board}?open=${components[0]!.group.id}`);
  expect(rowsOf(text).length).toBeGreaterThanOrEqual(IN_A_GROUP);
  expect(text).not.toContain('name="component"');
  expect(text.match(/name="set"[^>]*>/g)!.every((button) => button.includes(' disabled'))).toBe(true);
});
