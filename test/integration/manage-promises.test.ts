/** Promised updates that did not come: who promised is told, once. */
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { users } from '../../db/accounts.ts';
import { newId } from '../../src/domain/ids.ts';
import { LETTER_SEAL, type Letter } from '../../src/domain/letters.ts';
import { remindOfPromises } from '../../src/manage/promises.ts';
import { deskOf } from '../fixtures/desk.ts';
import { HOUR, MINUTE, newPage, openSite, type Site } from '../fixtures/store.ts';

let site: Site;
beforeEach(async () => {
  site = await openSite();
});
afterEach(() => site.close());

async function letters(): Promise<Letter[]> {
  const rows = await site.store.read.all<{ sealed: string }>(sql`select sealed from letters order by id`);
  return rows.map(({ sealed }) => JSON.parse(site.manager.secrets.open(LETTER_SEAL, sealed)) as Letter);
}

async function somebody(): Promise<string> {
  const id = newId();
  const { organizationId } = site.actor;
  await site.store.write((tx) =>
    tx.insert(users).values({
      ...{ id, organizationId, email: 'Ines@northwind.example', emailKey: 'ines@northwind.example' },
      ...{ passwordHash: '-', role: 'editor', createdAt: 0, updatedAt: 0 },
    }),
  );
  return `user:${id}`;
}

test('who promised an update that did not come is reminded once, and again of the next promise', async () => {
  const pageId = await newPage(site);
  const name = await somebody();
  const desk = deskOf({ ...site, actor: { ...site.actor, name } }, pageId);
  const due = site.clock.now + 30 * MINUTE;
  const id = await desk.open({ title: 'Slow', next_update_at: site.clock.iso(30 * MINUTE) });
  expect(await remindOfPromises(site.manager)).toBe(0);
  site.clock.advance(30 * MINUTE);
  expect(await remindOfPromises(site.manager)).toBe(1);
  expect(await remindOfPromises(site.manager)).toBe(0);
  const first = { kind: 'update_overdue', to: 'Ines@northwind.example', incidentId: id, title: 'Slow' };
  expect(await letters()).toEqual([{ ...first, promisedFor: due }]);
  await desk.post(id, { next_update_at: site.clock.iso(HOUR) });
  site.clock.advance(2 * HOUR);
  expect(await remindOfPromises(site.manager)).toBe(1);
  expect(await letters()).toHaveLength(2);
});

test('nobody is reminded of a promise that was kept, taken back, or made by a key', async () => {
  const pageId = await newPage(site);
  const name = await somebody();
  const own = deskOf({ ...site, actor: { ...site.actor, name } }, pageId);
  const keys = deskOf({ ...site, actor: { ...site.actor, name: 'key:1' } }, pageId);
  const promise = { next_update_at: site.clock.iso(HOUR) };
  const [kept, resolved, corrected] = [
    await own.open(promise),
    await own.open(promise),
    await own.open(promise),
  ];
  await keys.open(promise);
  await own.post(kept);
  await own.post(resolved, { status: 'resolved' });
  await own.patch(corrected, { next_update_at: null });
  site.clock.advance(2 * HOUR);
  expect(await remindOfPromises(site.manager)).toBe(0);
  expect(await letters()).toEqual([]);
});
