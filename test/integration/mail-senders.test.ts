import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { subscribers } from '../../db/messages.ts';
import { openStore, type Store } from '../../db/transaction.ts';
import { newId } from '../../src/domain/ids.ts';
import { CLAIM_MS } from '../../src/notify/claims.ts';
import { type DeliveryRow, deliveryClaims } from '../../src/notify/deliveries.ts';
import { fanOutChunk, NEWS_FOR_MS, waitingEvents } from '../../src/notify/fan-out.ts';
import { type Desk, deskOf } from '../fixtures/desk.ts';
import { newPage, openSite, type Site } from '../fixtures/store.ts';

let site: Site;
let second: Store;
let pageId: string;
let desk: Desk;

beforeEach(async () => {
  site = await openSite();
  second = openStore({ url: `file:${site.file}` });
  pageId = await newPage(site);
  desk = deskOf(site, pageId);
});

afterEach(async () => {
  await second.close();
  await site.close();
});

async function subscribe(count: number): Promise<string[]> {
  const now = site.clock.now;
  const rows = Array.from({ length: count }, (_, n) => ({
    ...{
      id: newId(),
      pageId,
      email: `r${n}@example.com`,
      emailKey: `r${n}@example.com`,
      status: 'active' as const,
    },
    ...{ wholePage: true, source: 'managed' as const, createdAt: now, updatedAt: now },
  }));
  await site.store.write(async (tx) => {
    await tx.insert(subscribers).values(rows);
  });
  return rows.map(({ id }) => id);
}

async function fanOutAll(chunk?: number): Promise<void> {
  for (const event of await waitingEvents(site.store.read, 10)) {
    while (!(await fanOutChunk(site.store, event, site.clock.now, chunk)).done);
  }
}

const counts = async () =>
  await site.store.read.all<{ state: string; n: number }>(
    sql`select state, count(*) as n from deliveries group by state order by state`,
  );
const claimsOf = (store: Store, holder: string) => deliveryClaims(holder, store, () => site.clock.now);

describe('fanning out', () => {
  test('by two processes at once makes one delivery for each subscriber', async () => {
    const ids = await subscribe(95);
    await desk.open();
    const [event] = await waitingEvents(site.store.read, 10);
    const run = async (store: Store) => {
      while (!(await fanOutChunk(store, event!, site.clock.now, 10)).done);
    };
    await Promise.all([run(site.store), run(second), run(site.store)]);
    const rows = await site.store.read.all<{ id: string }>(
      sql`select recipient_id as id from deliveries order by recipient_id`,
    );
    expect(rows.map(({ id }) => id)).toEqual(ids.toSorted());
    expect(await waitingEvents(site.store.read, 10)).toEqual([]);
  });

  test('goes on where it was cut off', async () => {
    await subscribe(25);
    await desk.open();
    const [event] = await waitingEvents(site.store.read, 10);
    expect(await fanOutChunk(site.store, event!, site.clock.now, 10)).toEqual({ seen: 10, done: false });
    expect(await fanOutChunk(second, event!, site.clock.now, 10)).toEqual({ seen: 10, done: false });
    expect(await fanOutChunk(site.store, event!, site.clock.now, 10)).toEqual({ seen: 5, done: true });
    expect(await counts()).toEqual([{ state: 'pending', n: 25 }]);
  });

  test('tells nobody who came after it, and nobody of what is no news any more', async () => {
    await desk.open();
    site.clock.advance(1_000);
    await subscribe(3);
    await fanOutAll();
    expect(await counts()).toEqual([]);
    await desk.open();
    site.clock.advance(NEWS_FOR_MS + 1);
    await fanOutAll();
    expect(await counts()).toEqual([]);
    expect(await waitingEvents(site.store.read, 10)).toEqual([]);
  });

  test('tells those of a component who follow it, and of an incident without any everyone who follows something', async () => {
    const [all, some, none] = await subscribe(3);
    const api = await desk.add('API');
    const web = await desk.add('Web');
    await site.store.write(async (tx) => {
      await tx.run(sql`update subscribers set whole_page = 0 where id in (${some}, ${none})`);
      await tx.run(
        sql`insert into subscriber_components (subscriber_id, component_id) values (${some}, ${api})`,
      );
    });
    const told = async (components: string[]) => {
      await desk.open({ components: components.map((id) => ({ id, status: 'major_outage' })) });
      await site.store.write(async (tx) => void (await tx.run(sql`delete from deliveries`)));
      await fanOutAll();
      const rows = await site.store.read.all<{ id: string }>(
        sql`select recipient_id as id from deliveries order by recipient_id`,
      );
      return rows.map(({ id }) => id);
    };
    expect(await told([web])).toEqual([all]);
    expect(await told([api, web])).toEqual([all, some]);
    expect(await told([])).toEqual([all, some]);
  });
});

describe('two senders at work on one database', () => {
  test('never have the same mail at the same time', async () => {
    await subscribe(200);
    await desk.open();
    await fanOutAll();
    const [a, b] = [claimsOf(site.store, 'a'), claimsOf(second, 'b')];
    const had: string[] = [];
    for (;;) {
      const parts = await Promise.all([a.claim(7), b.claim(11), a.claim(5), b.claim(3)]);
      const rows = parts.flat();
      if (rows.length === 0) break;
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
      had.push(...rows.map(({ id }) => id));
      // What one of them holds is not the other's to settle.
      for (const row of parts[0]!) await b.settle(row.id, { state: 'sent' });
      await Promise.all([...parts[0]!, ...parts[2]!].map((row) => a.settle(row.id, { state: 'sent' })));
      await Promise.all([...parts[1]!, ...parts[3]!].map((row) => b.settle(row.id, { state: 'sent' })));
    }
    expect(had).toHaveLength(200);
    expect(new Set(had).size).toBe(200);
    const tries = await site.store.read.all<{ n: number }>(sql`select max(attempts) as n from deliveries`);
    expect(tries[0]!.n).toBe(1);
  });

  test('a mail whose holder fell silent goes to the other, once its time is over', async () => {
    await subscribe(1);
    await desk.open();
    await fanOutAll();
    const [a, b] = [claimsOf(site.store, 'a'), claimsOf(second, 'b')];
    const [row] = await a.claim(1);
    expect(await b.claim(1)).toEqual([]);
    await site.store.write(async (tx) => {
      await tx.run(sql`update deliveries set lease_until = lease_until - ${CLAIM_MS + 1_000}`);
    });
    expect((await b.claim(1)).map(({ id }) => id)).toEqual([row!.id]);
    await a.settle(row!.id, { state: 'sent' });
    expect(await counts()).toEqual([{ state: 'pending', n: 1 }]);
    expect(await a.renew([row!.id])).toEqual(new Set());
    expect(await b.renew([row!.id])).toEqual(new Set([row!.id]));
  });
});

describe('a backlog', () => {
  const claim = async (): Promise<DeliveryRow[]> => claimsOf(site.store, 'a').claim(100);

  test('folds what is outdated into the newest', async () => {
    await subscribe(2);
    const id = await desk.open();
    await desk.post(id);
    await desk.post(id, { status: 'resolved' });
    await fanOutAll();
    const rows = await claim();
    expect(rows).toHaveLength(2);
    const newest = await site.store.read.all<{ id: string }>(sql`select max(id) as id from outbox`);
    expect(new Set(rows.map(({ eventId }) => eventId))).toEqual(new Set([newest[0]!.id]));
    expect(await counts()).toEqual([
      { state: 'folded', n: 4 },
      { state: 'pending', n: 2 },
    ]);
  });

  test('sends nothing older after the newest, though that waited for another try', async () => {
    await subscribe(1);
    const id = await desk.open();
    await fanOutAll();
    const [first] = await claim();
    const later = { state: 'pending' as const, error: 'server_busy', at: site.clock.now + 60_000 };
    await claimsOf(site.store, 'a').settle(first!.id, later);
    await desk.post(id);
    await fanOutAll();
    expect(await claim()).toHaveLength(1);
    site.clock.advance(120_000);
    expect(await claim()).toEqual([]);
    expect(await counts()).toEqual([
      { state: 'folded', n: 1 },
      { state: 'pending', n: 1 },
    ]);
  });

  test('of two incidents folds nothing of the one into the other', async () => {
    await subscribe(1);
    await desk.open();
    await desk.open();
    await fanOutAll();
    expect(await claim()).toHaveLength(2);
  });
});
