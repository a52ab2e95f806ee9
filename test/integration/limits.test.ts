import { afterAll, beforeAll, expect, test } from 'vitest';
import { countHit, hitsOf, type Limit, sweepHits } from '../../src/auth/limits.ts';
import { openSite, type Site } from '../fixtures/store.ts';

const LIMIT: Limit = { name: 'test', most: 2, windowMs: 60_000 };
let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

const hit = (who: string) =>
  site.store.write((tx) => countHit(tx, site.manager.secrets, LIMIT, who, site.clock.now));

test('a limit lets so many through, then says how long to wait, for each by themselves', async () => {
  expect(await hit('ann')).toBeNull();
  site.clock.advance(20_000);
  expect(await hit('ann')).toBeNull();
  expect(await hit('ann')).toBe(40_000);
  expect(await hit('bob')).toBeNull();
  site.clock.advance(40_000);
  expect(await hit('ann')).toBeNull();
  expect(await hit('ann')).toBe(20_000);
});

test('old hits are forgotten', async () => {
  site.clock.advance(10_000);
  await hit('eve');
  await site.store.write((tx) => sweepHits(tx, site.clock.now - 1));
  const { store, manager, clock } = site;
  expect(await hitsOf(store.read, manager.secrets, LIMIT, 'eve', clock.now)).toBe(1);
  expect(await hitsOf(store.read, manager.secrets, LIMIT, 'ann', clock.now)).toBe(0);
});
