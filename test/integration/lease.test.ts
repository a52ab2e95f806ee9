import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { Charge } from '../../src/services/charge.ts';
import { holdsLease, keepLease, returnLease, takeLease } from '../../src/worker/lease.ts';
import { openSite, type Site } from '../fixtures/store.ts';
import { freshDataDir } from '../server/daymark.ts';

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

test('A renewal that is late is made up for by whoever wants to publish, unless another process came first', async () => {
  const config = readConfig({
    DATA_DIR: freshDataDir(),
    DATABASE_URL: 'http://127.0.0.1:1',
    SECRET_KEY: 's'.repeat(40),
  });
  const charge = new Charge(config, site.store, () => undefined);
  const leave = await charge.take({ lease: true });
  try {
    expect(() => charge.mayWrite()).not.toThrow();
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 8_000);
    expect(() => charge.mayWrite()).toThrow('asked for again');
    expect(await charge.assertLease()).toBe(1);
    expect(() => charge.mayWrite()).not.toThrow();
    await site.store.write((tx) =>
      tx.run(sql`update leases set holder = 'second', fence = 2, expires_at = unixepoch() * 1000 + 60000`),
    );
    await expect(charge.assertLease()).rejects.toThrow('Another process');
  } finally {
    vi.restoreAllMocks();
    await leave();
  }
});
