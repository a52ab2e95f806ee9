/** The built server with a bucket as a further target. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FakeStore, type Seen, startFakeStore } from '../s3/fake.ts';
import { type Daymark, freshDataDir, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

const WAIT = { prefer: 'wait=30' };

let store: FakeStore;
let daymark: Daymark;
let component: string;

interface TargetState {
  name: string;
  ok: boolean;
  error: string | null;
  pages_failing: number;
}

const publishTo = (more = '') => ({
  PUBLISH_TO: `s3://${store.bucket}/pages?endpoint=${store.endpoint}${more}`,
  AWS_ACCESS_KEY_ID: store.accessKey,
  AWS_SECRET_ACCESS_KEY: store.secretKey,
});
const object = (key: string) => store.objects.get(`pages/p/acme/${key}`);
const text = (key: string) => object(key)?.body.toString() ?? '';
const revisionThere = () =>
  (JSON.parse(text('revision.json') || '{"revision":0}') as { revision: number }).revision;
const target = async () =>
  ((await daymark.api('GET', '/readyz')).body as { targets: TargetState[] }).targets[0]!;
const metric = async (name: string) => {
  const { text } = await daymark.api('GET', '/metrics');
  return Number(new RegExp(`^${name}\\{target="s3[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1]);
};
const arrived = (revision: number) =>
  until(async () => revisionThere() >= revision, `revision ${revision} arrives`);
const setStatus = async (status: string): Promise<number> => {
  const answer = await daymark.api('PATCH', `/api/v1/pages/acme/components/${component}`, { status }, WAIT);
  expect([answer.status, answer.headers['preference-applied']]).toEqual([200, 'wait']);
  return Number(answer.headers['x-page-revision']);
};
const puts = (seen: Seen[]) => seen.filter(({ method }) => method === 'PUT').map(({ key }) => key);

beforeAll(async () => {
  store = await startFakeStore();
  daymark = await startDaymark({ env: publishTo() });
  await firstPage(daymark, { name: 'Acme' });
  const made = await daymark.api('POST', '/api/v1/pages/acme/components', { name: 'API' }, WAIT);
  component = (made.body as { id: string }).id;
  await arrived(Number(made.headers['x-page-revision']));
});
afterAll(async () => {
  await daymark?.stop();
  await store?.stop();
});

describe('A page in a bucket', () => {
  test('Has its URL paths as keys, with the type and the caching of each, and no compressed copies', () => {
    const headers = (key: string) => [
      object(key)?.headers['content-type'],
      object(key)?.headers['cache-control'],
    ];
    const cached = 'public, max-age=10, stale-while-revalidate=60, stale-if-error=86400';
    expect(headers('index.html')).toEqual(['text/html; charset=utf-8', cached]);
    expect(headers('history/index.html')).toEqual(['text/html; charset=utf-8', cached]);
    expect(headers('api/v1/status')).toEqual(['application/json; charset=utf-8', cached]);
    expect(headers(`api/v1/components/${component}`)).toEqual(['application/json; charset=utf-8', cached]);
    expect(headers(`api/v1/components/${component}/rss`)).toEqual([
      'application/rss+xml; charset=utf-8',
      cached,
    ]);
    expect(headers('api/v1/calendar.ics')).toEqual(['text/calendar; charset=utf-8', cached]);
    expect(headers('badge.svg')).toEqual(['image/svg+xml; charset=utf-8', cached]);
    expect([...store.objects.keys()].filter((key) => /\.(br|gz)$/.test(key))).toEqual([]);
    expect([...store.objects.values()].filter(({ headers }) => headers['content-encoding'])).toEqual([]);
  });

  test('Says byte for byte what the process itself says', async () => {
    for (const path of [
      '',
      'history/',
      'api/v1/status',
      'api/v1/components',
      'api/v1/rss',
      'status.txt',
      '404.json',
    ]) {
      const key = path === '' || path.endsWith('/') ? `${path}index.html` : path;
      const answer = await daymark.api('GET', `/p/acme/${path}`);
      if (answer.status === 200) expect([path, text(key)]).toEqual([path, answer.text]);
    }
  });

  test('Gets only what changed, pages after what they refer to, and the revision last', async () => {
    store.seen.length = 0;
    const revision = await setStatus('major_outage');
    await arrived(revision);
    const sent = puts(store.seen).map((key) => key.replace('pages/p/acme/', ''));
    // Reports that were still on their way come from the background.
    const upToRevision = sent
      .slice(0, sent.indexOf('revision.json') + 1)
      .filter((key) => !key.startsWith('uptime/'));
    expect(upToRevision.at(-1)).toBe('revision.json');
    const isPage = upToRevision.map((key) => key.endsWith('.html'));
    expect(isPage.indexOf(true)).toBeGreaterThan(isPage.slice(0, -1).lastIndexOf(false));
    expect(upToRevision).toContain('index.html');
    expect(upToRevision).toContain('api/v1/status');
    expect(sent).not.toContain('api/v1/rss');
    expect(sent).not.toContain('404.html');
    expect(text('index.html')).toContain('major_outage');
  });

  test('Gets its revision on the condition that the one before is still there', async () => {
    const before = object('revision.json')?.etag;
    store.seen.length = 0;
    await arrived(await setStatus('operational'));
    const conditions = store.seen
      .filter(({ method, key }) => method === 'PUT' && key.endsWith('revision.json'))
      .map(({ headers }) => headers['if-match']);
    // A publish in the background may have come in between: it names its predecessor too.
    expect(conditions[0]).toBe(before);
    expect(conditions.filter((condition) => !condition)).toEqual([]);
  });

  test('Is not sent again when the answer to its revision got lost on the way', async () => {
    let lost = 0;
    store.fault = ({ method, key }) => {
      if (method !== 'PUT' || !key.endsWith('revision.json') || lost > 0) return null;
      lost++;
      return 'unanswered';
    };
    await arrived(await setStatus('degraded_performance'));
    store.fault = null;
    expect(lost).toBe(1);
    await arrived(await setStatus('operational'));
    expect((await target()).ok).toBe(true);
  });
});

describe('While the bucket can not be written to', () => {
  let revision: number;
  beforeAll(async () => {
    store.fault = ({ method }) => (method === 'PUT' ? 503 : null);
    revision = await setStatus('partial_outage');
  });

  test('Changes are saved and read from the process as ever, and the bucket keeps its last good revision', async () => {
    expect((await daymark.api('GET', '/p/acme/api/v1/status')).text).toContain('partial_outage');
    await until(async () => !(await target()).ok, 'the failure is noticed');
    expect(revisionThere()).toBeLessThan(revision);
    expect(JSON.parse(text('api/v1/status'))).toMatchObject({ status: 'operational' });
  });

  test('The operator sees which target fails, why and since when', async () => {
    expect(await target()).toMatchObject({
      name: `s3://${store.bucket}/pages`,
      ok: false,
      error: expect.stringContaining('503') as string,
      pages_failing: 1,
    });
    expect(await metric('daymark_target_pages_failing')).toBe(1);
    expect(daymark.output()).toContain('publishing failed');
    expect((await daymark.api('GET', '/readyz')).status).toBe(200);
  });

  test('Everything arrives by itself once it can be written to again', async () => {
    store.fault = null;
    await arrived(revision);
    await until(async () => (await target()).ok, 'the failure is over');
    expect(JSON.parse(text('api/v1/status'))).toMatchObject({ status: 'partial_outage' });
    expect(await metric('daymark_target_pages_failing')).toBe(0);
  });
});

describe('A start while the store is away', () => {
  test('Serves and saves at once, and the bucket follows when the store is back', async () => {
    const port = Number(new URL(store.endpoint).port);
    const gone = store;
    await daymark.stop();
    await store.stop();
    daymark = await startDaymark({ dataDir: daymark.dataDir, key: daymark.key, env: publishTo() });
    const revision = await setStatus('major_outage');
    await until(async () => !(await target()).ok, 'the failure is noticed');
    expect((await target()).error).toContain('ECONNREFUSED');
    expect(await metric('daymark_target_unreachable')).toBe(1);
    store = await startFakeStore(port, gone);
    await arrived(revision);
    await until(async () => (await target()).ok, 'the failure is over');
  });
});

describe('A page that is deleted', () => {
  test('Goes from the bucket, its revision first', async () => {
    store.seen.length = 0;
    expect((await daymark.api('DELETE', '/api/v1/pages/acme')).status).toBe(204);
    await until(async () => ![...store.objects.keys()].some((key) => key.includes('/p/acme/')), 'it is gone');
    const deleted = store.seen.filter(({ method }) => method === 'DELETE').map(({ key }) => key);
    expect(deleted[0]).toBe('pages/p/acme/revision.json');
  });
});

describe('A store that takes no key below another', () => {
  test('Gets keys that end like files', async () => {
    const strict = await startFakeStore();
    strict.strict = true;
    const other = await startDaymark({
      dataDir: freshDataDir(),
      env: {
        PUBLISH_TO: `s3://${strict.accessKey}:${encodeURIComponent(strict.secretKey)}@${strict.bucket}?endpoint=${strict.endpoint}&keys=suffixed`,
      },
    });
    await firstPage(other, { name: 'Acme' });
    await other.api('POST', '/api/v1/pages/acme/components', { name: 'API' }, WAIT);
    const there = (key: string) => strict.objects.has(`p/acme/${key}`);
    await until(async () => there('api/v1/uptime.json'), 'all files are there');
    expect(
      ['api/v1/components.json', 'api/v1/rss.xml', 'revision.json', 'index.html'].filter(
        (key) => !there(key),
      ),
    ).toEqual([]);
    expect(other.output()).not.toContain('secret');
    await other.stop();
    await strict.stop();
  });
});
