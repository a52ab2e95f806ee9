/** A server starts with many pages to compare: what is changed meanwhile waits for none of them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeStore, type Seen, startFakeStore } from '../s3/fake.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

const PAGES = 8;
/** So many pages are published at once. */
const AT_ONCE = 2;
/** A publish holds back for the sake of writes for no longer than this. */
const HELD_MS = 120;
const WAIT = { prefer: 'wait=30' };

let store: FakeStore;
let daymark: Daymark;
let env: Record<string, string>;

const slugOf = (n: number) => `page-${String(n).padStart(2, '0')}`;
const marks = () => [...store.objects.keys()].filter((key) => /\/page-\d+\/revision\.json$/.test(key)).length;

beforeAll(async () => {
  store = await startFakeStore();
  env = {
    PUBLIC_URL: 'http://status.example.com',
    PUBLISH_TO: `s3://${store.bucket}/pages?endpoint=${store.endpoint}`,
    AWS_ACCESS_KEY_ID: store.accessKey,
    AWS_SECRET_ACCESS_KEY: store.secretKey,
  };
  daymark = await startDaymark({ env });
  await firstPage(daymark, { name: 'First', slug: slugOf(0) });
  for (let n = 1; n < PAGES; n += 1)
    await daymark.api('POST', '/api/v1/pages', { name: `Page ${n}`, slug: slugOf(n) }, WAIT);
  await until(async () => marks() === PAGES, 'all pages are in the bucket');
});
afterAll(async () => {
  store.fault = null;
  await daymark?.stop();
  await store?.stop();
});

test('A change of the last page reaches the bucket before the pages that nobody has touched are compared', async () => {
  const { dataDir, key } = daymark;
  await daymark.stop();
  const looked: string[] = [];
  let letGo = () => {};
  const released = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  // What lies there is asked for when a page's turn has come.
  store.fault = async ({ method, key }: Seen) => {
    const slug = /\/(page-\d+)\/revision\.json$/.exec(key)?.[1];
    if (method !== 'GET' || slug === undefined) return null;
    if (!looked.includes(slug)) looked.push(slug);
    await released;
    return null;
  };
  daymark = await startDaymark({ env, dataDir, key });
  await until(async () => looked.length === AT_ONCE, 'the first pages are looked at');
  const last = slugOf(PAGES - 1);
  expect(looked).not.toContain(last);
  expect((await daymark.api('PATCH', `/api/v1/pages/${last}`, { name: 'Changed' }, WAIT)).status).toBe(200);
  const answeredAt = performance.now();
  await until(async () => performance.now() - answeredAt > HELD_MS, 'nothing holds the publish back');
  const before = looked.length;
  letGo();
  await until(async () => looked.length === PAGES, 'all pages are compared');
  expect(looked.indexOf(last)).toBeLessThan(before + AT_ONCE);
  const title = () => store.objects.get(`pages/p/${last}/index.html`)?.body.toString() ?? '';
  await until(async () => title().includes('Changed'), 'the change is in the bucket');
});
