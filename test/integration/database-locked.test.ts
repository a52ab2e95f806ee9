/** Another program holds the lock of the database file for long: an operator's shell, or a copy that does not end. */
import { createClient, type Transaction } from '@libsql/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

const WAIT = { prefer: 'wait=10' };
const INCIDENT = { title: 'Slow', body: 'We are looking.' };
const REFUSAL = {
  detail: expect.stringMatching(/^The database is locked by another process\. Nothing was changed/),
};

let daymark: Daymark;
let lock: Transaction;

const incidents = async () => (await daymark.api('GET', '/p/acme/api/v1/incidents')).body as unknown[];
const open = (headers: Record<string, string>) =>
  daymark.api('POST', '/api/v1/pages/acme/incidents', INCIDENT, headers);

beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'Acme' });
  const other = createClient({ url: `file:${daymark.dataDir}/daymark.db` });
  await until(async () => {
    lock = await other.transaction('write').catch(() => undefined as never);
    return lock !== undefined;
  }, 'the lock is taken');
});
afterAll(async () => {
  lock?.close();
  await daymark?.stop();
});

describe('While the database is locked', () => {
  test('Changes are refused for now, all that wait alike, and everything can be read', async () => {
    const asked = [
      open({ 'idempotency-key': 'once' }),
      open({}),
      daymark.api('DELETE', '/api/v1/pages/acme'),
    ];
    expect((await daymark.api('GET', '/p/acme/')).status).toBe(200);
    expect((await daymark.api('GET', '/api/v1/pages/acme')).status).toBe(200);
    expect((await daymark.api('GET', '/readyz')).status).toBe(200);
    for (const { status, headers, body } of await Promise.all(asked)) {
      expect([status, headers['retry-after'], headers['cache-control']]).toEqual([503, '2', 'no-store']);
      expect(body).toEqual(REFUSAL);
    }
  });

  test('Once it is free again they are taken, and nothing of the refused ones is there', async () => {
    await lock.rollback();
    const again = await open({ ...WAIT, 'idempotency-key': 'once' });
    expect([again.status, again.headers['idempotent-replayed']]).toEqual([201, undefined]);
    await until(async () => (await incidents()).length === 1, 'it is published');
    expect(daymark.output()).not.toMatch(/request failed|unhandled/i);
  });
});
