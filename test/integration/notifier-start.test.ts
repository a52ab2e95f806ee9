import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DatabaseBusyError } from '../../db/failures.ts';
import type { Store } from '../../db/transaction.ts';
import { incidentCreate } from '../../src/domain/input.ts';
import { openIncident } from '../../src/manage/incidents.ts';
import { Notifier } from '../../src/worker/notifier.ts';
import { newPage, openSite, type Site } from '../fixtures/store.ts';
import { until } from '../server/first-page.ts';

let site: Site;
beforeEach(async () => {
  site = await openSite();
});
afterEach(() => site.close());

const untold = async () =>
  (await site.store.read.all(sql`select 1 from outbox where fanned_out_at is null`)).length;

test('A database that is locked while a process starts keeps no message back for longer than that', async () => {
  const page = await newPage(site);
  await openIncident(
    site.manager,
    site.actor,
    page,
    incidentCreate.parse({ title: 'Slow', body: 'We look.' }),
  );
  expect(await untold()).toBeGreaterThan(0);
  let locked = true;
  const store: Store = {
    ...site.store,
    write: (work, turn) => {
      if (!locked) return site.store.write(work, turn);
      locked = false;
      return Promise.reject(new DatabaseBusyError());
    },
  };
  const said: string[] = [];
  const log = (_: object, text: string) => void said.push(text);
  const notifier = new Notifier({
    ...{ store, secrets: site.manager.secrets, now: site.manager.now, alone: true },
    publicUrl: 'http://status.example.com',
    way: { connections: 2, open: () => Promise.reject(new Error('nobody is to be told')) },
    print: () => Promise.resolve(''),
    isPublished: () => Promise.resolve(true),
    made: () => undefined,
    chance: () => 0.5,
    log: { info: log, warn: log, error: log },
  });
  const running = notifier.run();
  await until(async () => (await untold()) === 0, 'everybody is told');
  notifier.stop();
  await running;
  expect(said).toEqual(['mails can not be begun with; it goes on']);
});
