import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { signUps } from '../../db/messages.ts';
import { forgetSignUps, signUp } from '../../src/manage/sign-ups.ts';
import { DAY, HOUR, newPage, openSite, type Site } from '../fixtures/store.ts';

let site: Site;
let pageId: string;
beforeEach(async () => {
  site = await openSite();
  pageId = await newPage(site);
});
afterEach(() => site.close());

const left = async () => {
  const [row] = await site.store.read.all<{ hits: number; asked: number }>(
    sql`select (select count(*) from limit_hits) as hits, (select count(*) from sign_ups) as asked`,
  );
  return [row!.asked, row!.hits];
};

test('A sign-up that nobody confirms is forgotten after its day, and so is what was counted', async () => {
  await signUp(site.manager, pageId, { email: 'old@example.com' }, '192.0.2.1');
  site.clock.advance(DAY - HOUR);
  await signUp(site.manager, pageId, { email: 'new@example.com' }, '192.0.2.1');
  await forgetSignUps(site.manager);
  // Each counts for its client, twice for its page, and once for its address.
  expect(await left()).toEqual([2, 8]);
  site.clock.advance(HOUR);
  await forgetSignUps(site.manager);
  expect(await left()).toEqual([1, 4]);
});

test('Thousands of them go in steps', async () => {
  const rows = Array.from({ length: 2_500 }, (_, n) => ({
    ...{ id: `id-${n}`, tokenHash: `hash-${n}`, pageId, email: 'a@example.com', emailKey: 'a@example.com' },
    ...{ componentIds: [], expiresAt: 1, createdAt: 1 },
  }));
  for (let from = 0; from < rows.length; from += 500)
    await site.store.write((tx) => tx.insert(signUps).values(rows.slice(from, from + 500)));
  await forgetSignUps(site.manager);
  expect(await left()).toEqual([0, 0]);
});
