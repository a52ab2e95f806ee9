/** A libSQL server that ends a transaction, or does not give the lock: what people are told, and what is there then. */
import { createClient } from '@libsql/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LibsqlStandIn, startStandIn, TOKEN } from '../libsql/server.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

const INCIDENTS = '/api/v1/pages/acme/incidents';
const INCIDENT = { title: 'Slow', body: 'We are looking.' };
const ONCE = { 'idempotency-key': 'once' };

let database: LibsqlStandIn;
let daymark: Daymark;

const count = async () => (await daymark.api('GET', INCIDENTS)).headers['x-total-count'];

beforeAll(async () => {
  database = await startStandIn();
  daymark = await startDaymark({ env: database.env });
  await firstPage(daymark, { name: 'Acme' });
});
afterAll(async () => {
  await daymark?.stop();
  await database?.kill();
});

describe('When the database server ends transactions before they are saved', () => {
  test('Changes are refused for now, those that come at once too, and nothing of them is there', async () => {
    await database.become({ expires: true });
    const asked = [
      daymark.api('POST', INCIDENTS, INCIDENT, ONCE),
      daymark.api('POST', INCIDENTS, INCIDENT),
      daymark.api('PATCH', '/api/v1/pages/acme', { name: 'Other' }),
    ];
    for (const { status, headers, body } of await Promise.all(asked)) {
      expect([status, headers['retry-after']]).toEqual([503, '2']);
      expect(body).toEqual({ detail: expect.stringMatching(/gave the change up .* Nothing was changed/) });
    }
    // What needs no saving is answered as ever.
    const unknown = `${INCIDENTS}/00000000-0000-7000-8000-000000000000`;
    expect((await daymark.api('PATCH', unknown, { title: 'Other' })).status).toBe(404);
    await database.become({ expires: false });
    expect(await count()).toBe('0');
    expect((await daymark.api('GET', '/api/v1/pages/acme')).body).toMatchObject({ name: 'Acme' });
  });

  test('The same request is taken once it saves again', async () => {
    const again = await daymark.api('POST', INCIDENTS, INCIDENT, { ...ONCE, prefer: 'wait=30' });
    expect([again.status, again.headers['idempotent-replayed']]).toEqual([201, undefined]);
    expect(await count()).toBe('1');
    expect(daymark.output()).not.toMatch(/request failed|unhandled/i);
  });
});

describe('When another program holds the lock of the database server', () => {
  test('A change that the server refuses waits, and is taken as soon as the lock is free', async () => {
    await database.become({ lockMs: 20 });
    const other = createClient({ url: database.url, authToken: TOKEN });
    const lock = await other.transaction('write');
    await until(async () => {
      await lock.execute('select 1');
      return true;
    }, 'the lock is taken');
    const before = database.refused();
    const asked = daymark.api('POST', INCIDENTS, INCIDENT);
    await until(async () => {
      // A transaction that is silent for long is ended.
      await lock.execute('select 1');
      return database.refused() > before + 1;
    }, 'it is refused');
    await lock.rollback();
    other.close();
    expect((await asked).status).toBe(201);
    await database.become({ lockMs: 5_000 });
    expect(await count()).toBe('2');
    expect(daymark.output()).not.toMatch(/request failed|unhandled/i);
  });
});
