import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daymark, runCli, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';
import { revisionOf } from '../server/http.ts';

const WAIT = { prefer: 'wait=30' };

let daymark: Daymark;
let pageId: string;
let component: string;

interface Ready {
  ready: boolean;
  pages_behind: number;
  failing: { page_id: string; error: string; since: string }[];
}

const get = (path: string) => daymark.api('GET', path, undefined, { authorization: '' });
const ready = async () => {
  const answer = await get('/readyz');
  expect(answer.status).toBe(200);
  return answer.body as Ready;
};
const metric = async (name: string) =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec((await get('/metrics')).text)?.[1]);
const published = async (slug: string) =>
  ((await get(`/p/${slug}/revision.json`)).body as { revision: number }).revision;

/** A folder with something in it stands where a file has to go: no rename gets past it, whoever the user is. */
const block = () => join(daymark.dataDir, 'site/p/acme/status.txt');

beforeAll(async () => {
  daymark = await startDaymark();
  pageId = (await firstPage(daymark, { name: 'Acme' })).id;
  await daymark.api('POST', '/api/v1/pages', { name: 'Other' }, WAIT);
  const made = await daymark.api('POST', '/api/v1/pages/acme/components', { name: 'API' }, WAIT);
  component = (made.body as { id: string }).id;
});
afterAll(() => daymark.stop());

test('All is well to begin with', async () => {
  await until(async () => (await ready()).pages_behind === 0, 'all is published');
  expect(await ready()).toMatchObject({ ready: true, failing: [] });
  expect(await metric('daymark_pages_failing')).toBe(0);
  expect((await get('/healthz')).body).toEqual({ status: 'ok' });
});

describe('When the files of a page can not be written', () => {
  let good: string;
  let wanted: number;

  beforeAll(async () => {
    good = readFileSync(join(daymark.dataDir, 'site/p/acme/revision.json'), 'utf8');
    rmSync(block());
    mkdirSync(join(block(), 'x'), { recursive: true });
    const wrote = await daymark.api(
      'PATCH',
      `/api/v1/pages/acme/components/${component}`,
      { status: 'major_outage' },
      { prefer: 'wait=1' },
    );
    expect([wrote.status, wrote.headers['preference-applied']]).toEqual([200, undefined]);
    wanted = revisionOf(wrote)!;
  });

  test('The write was answered all the same, and nobody says that it is published', async () => {
    expect(await published('acme')).toBe(wanted - 1);
    expect(readFileSync(join(daymark.dataDir, 'site/p/acme/revision.json'), 'utf8')).toBe(good);
    const seen = await daymark.api('GET', `/api/v1/pages/acme/components/${component}`);
    expect(seen.body).toMatchObject({ status: 'major_outage' });
  });

  test('The operator sees which page fails, why, and since when', async () => {
    await until(async () => (await ready()).failing.length > 0, 'the failure is told');
    expect(await ready()).toMatchObject({
      ready: true,
      pages_behind: 1,
      failing: [
        {
          page_id: pageId,
          error: expect.stringMatching(/status\.txt|EISDIR|ENOTEMPTY/),
          since: expect.any(String),
        },
      ],
    });
    expect(await metric('daymark_pages_failing')).toBe(1);
    expect(await metric('daymark_publish_failures_total')).toBeGreaterThan(0);
  });

  test('The customer sees why, and nothing of the disk of the operator', async () => {
    let reason: string | null = null;
    await until(async () => {
      const page = await daymark.api('GET', '/api/v1/pages/acme');
      reason = (page.body as { publish_error: string | null }).publish_error;
      return reason !== null;
    }, 'the page says what is wrong');
    expect(reason).toMatch(/EISDIR|ENOTEMPTY/);
    expect(reason).not.toContain('/');
  });

  test('Other pages are published as ever, and the API works', async () => {
    const answer = await daymark.api('PATCH', '/api/v1/pages/other', { name: 'Still here' }, WAIT);
    expect(answer.headers['preference-applied']).toBe('wait');
    expect((await get('/p/other/')).text).toContain('Still here');
    const again = await daymark.api('PATCH', `/api/v1/pages/acme/components/${component}`, { name: 'API 2' });
    expect([again.status, revisionOf(again)]).toEqual([200, ++wanted]);
  });

  test('publish says so, too, and ends with a failure', async () => {
    const done = await runCli(['publish', '--all'], { DATA_DIR: daymark.dataDir });
    expect(done.code).toBe(1);
    expect(done.stderr).toMatch(/^daymark: acme could not be published: [^\n]+\n$/);
  });

  test('Once the obstacle is gone it is published by itself, and all is well again', async () => {
    rmSync(block(), { recursive: true });
    await until(async () => (await published('acme')) === wanted, 'the newest revision is published');
    await until(async () => (await ready()).pages_behind === 0, 'nothing is behind');
    expect(await ready()).toMatchObject({ ready: true, failing: [] });
    expect(await metric('daymark_pages_failing')).toBe(0);
    expect((await get('/api/v1/status')).body).toMatchObject({ status: 'major_outage' });
    expect((await get('/status.txt')).text).toContain('API 2');
    const page = await daymark.api('GET', '/api/v1/pages/acme');
    expect(page.body).toMatchObject({ publish_error: null });
  });
});

describe('When a page gets another address, and can not be led on to it from the old one', () => {
  test('The operator sees it, and once the obstacle is gone it leads on by itself', async () => {
    await daymark.api('POST', '/api/v1/pages', { name: 'Mover', slug: 'mover' }, WAIT);
    const obstacle = join(daymark.dataDir, 'site/p/mover/moved.json');
    mkdirSync(join(obstacle, 'x'), { recursive: true });
    const { status } = await daymark.api('PATCH', '/api/v1/pages/mover', { slug: 'moved' });
    expect(status).toBe(200);
    await until(async () => (await ready()).failing.length > 0, 'the failure is told');
    expect((await get('/p/moved/')).status).toBe(200);
    rmSync(obstacle, { recursive: true });
    await until(async () => (await get('/p/mover/')).status === 301, 'the old address leads to the new one');
    await until(async () => (await ready()).failing.length === 0, 'all is well again');
  });
});

describe('When files were tampered with', () => {
  test('A list that can not be read is not said to be missing', async () => {
    const list = '/p/acme/api/v1/components?status_filter=major_outage';
    const file = join(daymark.dataDir, 'published/acme.json');
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, 1_000));
    const { status, headers, body } = await get(list);
    expect([status, headers['retry-after'], headers['cache-control']]).toEqual([503, '2', 'no-store']);
    expect(body).toEqual({ detail: expect.stringMatching(/^What is published can not be read/) });
    writeFileSync(file, whole);
    expect((await get(list)).body).toMatchObject([{ name: 'API 2' }]);
  });

  test('publish makes them anew', async () => {
    const file = join(daymark.dataDir, 'site/p/acme/api/v1/status.json');
    writeFileSync(file, 'rubbish');
    expect((await runCli(['publish', '--page', 'acme'], { DATA_DIR: daymark.dataDir })).code).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ status: 'major_outage' });
    expect((await get('/api/v1/status')).body).toMatchObject({ status: 'major_outage' });
  });

  test('A server that finds the site folder gone fills it', async () => {
    expect(await daymark.stop()).toBe(0);
    rmSync(join(daymark.dataDir, 'site'), { recursive: true });
    rmSync(join(daymark.dataDir, 'published'), { recursive: true });
    daymark = await startDaymark({ dataDir: daymark.dataDir, key: daymark.key });
    const seen = new Set<number>();
    await until(async () => {
      const { status } = await get('/p/acme/api/v1/status');
      seen.add(status);
      return status === 200;
    }, 'the page is back');
    // Never that there is no such page: the folder is only not there yet.
    expect([...seen].filter((status) => status !== 503)).toEqual([200]);
    expect((await runCli(['publish', '--all'], { DATA_DIR: daymark.dataDir })).code).toBe(0);
    await until(async () => (await get('/api/v1/status')).status === 200, 'the page is back');
    expect((await get('/api/v1/status')).body).toMatchObject({ status: 'major_outage' });
  });
});
