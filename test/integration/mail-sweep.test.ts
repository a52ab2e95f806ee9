import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deliveries, letters } from '../../db/messages.ts';
import { outbox } from '../../db/schema.ts';
import { forgetOldMessages, KEEP_EVENTS_MS, KEEP_LETTERS_MS } from '../../src/notify/old-messages.ts';
import { newPage, openSite, type Site } from '../fixtures/store.ts';

let site: Site;
let pageId: string;
beforeEach(async () => {
  site = await openSite();
  pageId = await newPage(site);
});
afterEach(() => site.close());

/** An id that was made at a moment. */
function idAt(at: number, n: number): string {
  const hex = at.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${n.toString(16).padStart(12, '0')}`;
}

async function told(at: number, count: number): Promise<void> {
  const event = {
    pageId,
    revision: 1,
    event: 'incident.created',
    subjectId: 's',
    payload: {},
    createdAt: at,
  };
  const common = { pageId, subjectId: 's', channel: 'email' as const, nextAttemptAt: at, createdAt: at };
  const rows = Array.from({ length: count }, (_, n) => ({
    ...{ ...common, id: idAt(at, n + 1), eventId: idAt(at, 0), recipientId: `r${n}` },
    ...{ state: 'sent' as const, attempts: 1 },
  }));
  await site.store.write(async (tx) => {
    await tx.insert(outbox).values({ ...event, id: idAt(at, 0), fannedOutAt: at });
    await tx.insert(deliveries).values(rows);
    const letter = { kind: 'x', sealed: '', attempts: 1, nextAttemptAt: at, createdAt: at };
    await tx.insert(letters).values({ ...letter, id: idAt(at, 0), state: 'sent' });
  });
}

const left = async () => {
  const [row] = await site.store.read.all(sql`select (select count(*) from outbox) as events,
    (select count(*) from deliveries) as deliveries, (select count(*) from letters) as letters`);
  return row;
};

test('What was told over ninety days ago is cleared away in small steps, and nothing younger', async () => {
  const now = site.clock.now;
  await told(now - KEEP_EVENTS_MS - 1, 1_200);
  await told(now - KEEP_EVENTS_MS, 3);
  await told(now - KEEP_LETTERS_MS, 2);
  const steps: number[] = [];
  for (;;) {
    const gone = await forgetOldMessages(site.store, now);
    if (gone === 0) break;
    steps.push(gone);
  }
  expect(Math.max(...steps)).toBeLessThanOrEqual(500);
  expect(await left()).toEqual({ events: 2, deliveries: 5, letters: 1 });
});
