/** The audit log of a large organization: what is filtered is found whichever part of it holds it. */

import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rowsOf, tuple } from '../../db/json-list.ts';
import { newId } from '../../src/domain/ids.ts';
import { listAuditEvents } from '../../src/manage/audit.ts';
import { openSite, type Site } from '../fixtures/store.ts';

const EVENTS = 4_500;
/** The first of the log and every 900th after it. */
const RARE = 900;

let site: Site;
let organizationId: string;
beforeEach(async () => {
  site = await openSite();
  organizationId = newId();
  const rows = Array.from({ length: EVENTS }, (_, n) => [
    newId(),
    n % RARE === 0 ? 'page.edited' : 'incident.created',
    n,
  ]);
  await site.store.write((tx) =>
    tx.run(sql`insert into audit_events (id, organization_id, actor, action, details, created_at)
      select ${tuple(0)}, ${organizationId}, 'cli', ${tuple(1)}, '{}', ${tuple(2)} from ${rowsOf(rows)}`),
  );
});
afterEach(() => site.close());

const timesOf = async (filter: object, slice: { limit: number; offset: number }) => {
  const { total, items } = await listAuditEvents(site.store.read, organizationId, filter, slice);
  return { total, times: items.map(({ createdAt }) => createdAt) };
};

test('An audit log is filtered as a whole, newest first', async () => {
  expect(await timesOf({ action: 'page' }, { limit: 10, offset: 0 })).toEqual({
    total: 5,
    times: [3_600, 2_700, 1_800, 900, 0],
  });
  expect(await timesOf({ action: 'page.edited', until: 3_000 }, { limit: 2, offset: 1 })).toEqual({
    total: 4,
    times: [1_800, 900],
  });
  expect(await timesOf({ actor: 'key:nobody' }, { limit: 10, offset: 0 })).toEqual({ total: 0, times: [] });
});

test('A page far down in a filtered audit log holds what comes there', async () => {
  expect(await timesOf({ actor: 'cli' }, { limit: 3, offset: 4_001 })).toEqual({
    total: EVENTS,
    times: [498, 497, 496],
  });
  expect(await timesOf({ actor: 'cli' }, { limit: 3, offset: EVENTS })).toEqual({ total: EVENTS, times: [] });
});
