import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { holdsLease, keepLease, returnLease, takeLease } from '../../src/worker/lease.ts';
import { openSite, type Site } from '../fixtures/store.ts';

let site: Site;
beforeEach(async () => {
  site = await openSite();
});
afterEach(() => site.close());

/** As when the database's clock leaps over its end. */
const runOut = () => site.store.write((tx) => tx.run(sql`update leases set expires_at = 1`));

test('The right to publish outlasts a leap of the clock, as long as nobody else took it', async () => {
  expect(await takeLease(site.store, 'first', false)).toBe(1);
  await runOut();
  expect(await holdsLease(site.store, 'first', 1)).toBe(false);
  expect(await keepLease(site.store, 'first', 1)).toBe(true);
  expect(await holdsLease(site.store, 'first', 1)).toBe(true);

  await runOut();
  expect(await takeLease(site.store, 'second', false)).toBe(2);
  expect(await keepLease(site.store, 'first', 1)).toBe(false);
  await runOut();
  expect(await takeLease(site.store, 'first', false)).toBe(3);
  expect(await keepLease(site.store, 'first', 1)).toBe(false);
});

test('Who has given it back does not take it up again by publishing', async () => {
  expect(await takeLease(site.store, 'first', false)).toBe(1);
  await returnLease(site.store, 'first');
  expect(await keepLease(site.store, 'first', 1)).toBe(false);
});
