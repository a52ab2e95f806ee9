import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../db/transaction.ts';
import { PublishRecords } from '../../src/worker/publish-records.ts';
import { newPage, openSite, pageRow, type Site } from '../fixtures/store.ts';
import { startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

let site: Site;
beforeEach(async () => {
  site = await openSite();
});
afterEach(() => site.close());

test('What was noted meanwhile is not noted again, and what another process put back is', async () => {
  const id = await newPage(site);
  const fail = (error: unknown) => {
    throw error;
  };
  const records = new PublishRecords(site.store, () => true, fail);
  records.note(id, { publishedRevision: 2, publishedAt: 1_000 });
  await records.settle();
  records.noteAgain(id, { publishedRevision: 2, publishedAt: 5_000 });
  await records.settle();
  expect(await pageRow(site, id)).toMatchObject({ publishedRevision: 2, publishedAt: 1_000 });
  await site.store.write((tx) => tx.run(sql`update pages set published_revision = 1`));
  records.noteAgain(id, { publishedRevision: 2, publishedAt: 5_000 });
  await records.settle();
  expect(await pageRow(site, id)).toMatchObject({ publishedRevision: 2, publishedAt: 5_000 });
});

test('A failure right behind a publish leaves what was published noted', async () => {
  const id = await newPage(site);
  const fail = (error: unknown) => {
    throw error;
  };
  const records = new PublishRecords(site.store, () => true, fail);
  records.note(id, { publishedRevision: 3, publishedAt: 1_000, publishError: null });
  records.note(id, { publishError: 'no room', publishFailedAt: 2_000 });
  await records.settle();
  const noted = { publishedRevision: 3, publishedAt: 1_000, publishError: 'no room', publishFailedAt: 2_000 };
  expect(await pageRow(site, id)).toMatchObject(noted);
});

test('Since when readers see a revision is said alike before the database knows of it, and after', async () => {
  const daymark = await startDaymark();
  const database = openStore({ url: `file:${daymark.dataDir}/daymark.db` });
  try {
    const { id } = await firstPage(daymark, { name: 'Acme' });
    const page = async () => (await daymark.api('GET', '/api/v1/pages/acme')).body as Record<string, unknown>;
    const mark = (await daymark.api('GET', '/revision.json')).body as Record<string, unknown>;
    const before = await page();
    expect(before).toMatchObject({ id, published_revision: 1, published_at: mark.published_at });
    await until(async () => {
      const [row] = await database.read.all<{ noted: number }>(
        sql`select published_revision as noted from pages`,
      );
      return row!.noted === 1;
    }, 'the database knows');
    expect(await page()).toEqual(before);
  } finally {
    await database.close();
    await daymark.stop();
  }
});
