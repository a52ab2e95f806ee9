import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pageCreate, pagePatch } from '../../src/domain/input.ts';
import { createPage, deletePage, editPage } from '../../src/manage/pages.ts';
import { forgetRestedSlugs } from '../../src/manage/resting-slugs.ts';
import { DAY, openSite, type Site } from '../fixtures/store.ts';

const RESTS = 90 * DAY;

let site: Site;
beforeEach(async () => {
  site = await openSite();
});
afterEach(() => site.close());

const make = async (slug: string) =>
  (await createPage(site.manager, site.actor, pageCreate.parse({ name: 'Northwind', slug }))).value;
const resting = async () =>
  (await site.store.read.all<{ slug: string }>(sql`select slug from resting_slugs order by slug`)).map(
    ({ slug }) => slug,
  );

test('An address that another page has taken since goes with neither its old page nor its old rest', async () => {
  const moved = await make('old');
  await editPage(site.manager, site.actor, moved, pagePatch.parse({ slug: 'new' }));
  site.clock.advance(RESTS);
  await make('old');
  expect(await resting()).toEqual([]);
  await deletePage(site.manager, site.actor, moved);
  expect(site.deleted.at(-1)).toEqual({ id: moved, slugs: ['new'] });
});

test('The address of a deleted page is forgotten when its rest is over, one that leads on is kept', async () => {
  const moved = await make('first');
  await editPage(site.manager, site.actor, moved, pagePatch.parse({ slug: 'second' }));
  await deletePage(site.manager, site.actor, await make('gone'));
  const forget = () => site.store.write((tx) => forgetRestedSlugs(tx, site.clock.now));
  site.clock.advance(RESTS - 1);
  await forget();
  expect(await resting()).toEqual(['first', 'gone']);
  site.clock.advance(1);
  await forget();
  expect(await resting()).toEqual(['first']);
});
