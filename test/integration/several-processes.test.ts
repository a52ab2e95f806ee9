/** Several processes on one libSQL server, which a stand-in takes the part of (`test/libsql`). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LibsqlStandIn, startStandIn } from '../libsql/server.ts';
import { type FakeStore, type Seen, startFakeStore } from '../s3/fake.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

const WAIT = { prefer: 'wait=30' };

let database: LibsqlStandIn;
let store: FakeStore;
let one: Daymark;
let two: Daymark;
let front: Daymark;
let component: string;

/** Each process tells the store who it is. */
const start = (name: string, args: string[], more: { key?: string; dataDir?: string } = {}) =>
  startDaymark({
    ...{ args, ...more },
    env: {
      AWS_SESSION_TOKEN: name,
      ...database.env,
      PUBLIC_URL: 'http://status.example.com',
      PUBLISH_TO: `s3://${store.bucket}/pages?endpoint=${store.endpoint}`,
      AWS_ACCESS_KEY_ID: store.accessKey,
      AWS_SECRET_ACCESS_KEY: store.secretKey,
    },
  });
const statusAt = async (daymark: Daymark) =>
  ((await daymark.api('GET', '/p/acme/api/v1/status')).body as { status: string }).status;
const setStatus = async (daymark: Daymark, status: string): Promise<number> => {
  const answer = await daymark.api('PATCH', `/api/v1/pages/acme/components/${component}`, { status }, WAIT);
  expect([answer.status, answer.headers['preference-applied']]).toEqual([200, 'wait']);
  return Number(answer.headers['x-page-revision']);
};
const inBucket = () => {
  const body = store.objects.get('pages/p/acme/revision.json')?.body.toString();
  return body ? (JSON.parse(body) as { revision: number; fence: number }) : { revision: 0, fence: 0 };
};

beforeAll(async () => {
  database = await startStandIn();
  store = await startFakeStore();
  one = await start('one', ['serve']);
  await firstPage(one, { name: 'Acme' });
  const made = await one.api('POST', '/api/v1/pages/acme/components', { name: 'API' }, WAIT);
  component = (made.body as { id: string }).id;
  two = await start('two', ['serve'], { key: one.key });
  front = await start('front', ['serve', '--no-workers'], { key: one.key });
});
afterAll(async () => {
  await Promise.all([one, two, front].map((daymark) => daymark?.stop()));
  await store?.stop();
  await database?.kill();
});

describe('Each process keeps its own folder current', () => {
  test('What one takes is read from all, the one without workers too', async () => {
    for (const [writer, status] of [
      [one, 'major_outage'],
      [two, 'partial_outage'],
      [front, 'operational'],
    ] as const) {
      const revision = await setStatus(writer, status);
      expect(await statusAt(writer)).toBe(status);
      for (const reader of [one, two, front])
        await until(async () => (await statusAt(reader)) === status, 'the others follow');
      await until(async () => inBucket().revision >= revision, 'the bucket follows');
    }
  });

  test('A page that moves leaves word in every folder, and one that is deleted leaves none', async () => {
    await one.api('POST', '/api/v1/pages', { name: 'Shop' }, WAIT);
    const get = (daymark: Daymark, path: string) =>
      daymark.api('GET', path, undefined, { authorization: '' });
    for (const daymark of [one, two, front])
      await until(async () => (await get(daymark, '/p/shop/')).status === 200, 'it is everywhere');
    expect((await front.api('PATCH', '/api/v1/pages/shop', { slug: 'store' })).status).toBe(200);
    for (const daymark of [one, two, front]) {
      await until(async () => (await get(daymark, '/p/store/')).status === 200, 'it is at its new place');
      await until(async () => (await get(daymark, '/p/shop/')).status === 301, 'its old place leads there');
    }
    await until(async () => store.objects.has('pages/p/shop/moved.json'), 'in the bucket too');
    expect((await front.api('DELETE', '/api/v1/pages/store')).status).toBe(204);
    for (const daymark of [one, two, front])
      await until(async () => (await get(daymark, '/p/store/')).status === 404, 'it is gone');
    const left = () => [...store.objects.keys()].filter((key) => /\/p\/(shop|store)\//.test(key));
    await until(async () => left().length === 0, 'it is gone from the bucket');
  });

  test('A process whose folder is of yesterday says so until it has caught up', async () => {
    const { dataDir } = front;
    await front.stop();
    await setStatus(one, 'major_outage');
    front = await start('front', ['serve', '--no-workers'], { dataDir, key: one.key });
    const seen = new Set<string>();
    await until(async () => {
      const answer = await front.api('GET', '/p/acme/api/v1/status');
      seen.add(answer.status === 200 ? (answer.body as { status: string }).status : String(answer.status));
      return answer.status === 200;
    }, 'it answers');
    expect([...seen].filter((each) => each !== '503')).toEqual(['major_outage']);
  });
});

describe('A request that is repeated', () => {
  test('Happens once, whichever process gets the repetition', async () => {
    const headers = { 'idempotency-key': 'the-same-for-both' };
    const body = { title: 'Slow', body: 'We are looking.' };
    const path = '/api/v1/pages/acme/incidents';
    const first = await one.api('POST', path, body, headers);
    const again = await two.api('POST', path, body, headers);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotent-replayed']).toBe('true');
    const both = await Promise.all(
      [one, two, front].map((each) => each.api('POST', path, body, { 'idempotency-key': 'at-once' })),
    );
    expect(new Set(both.map((answer) => (answer.body as { id: string }).id)).size).toBe(1);
    expect((await one.api('GET', path)).headers['x-total-count']).toBe('2');
  });
});

describe('Of several processes one publishes to the bucket', () => {
  const nameOf = ({ headers }: Seen) => String(headers['x-amz-security-token']);
  const writesOf = (name: string) =>
    store.seen.filter((seen) => seen.method !== 'GET' && nameOf(seen) === name).length;
  let before: { revision: number; fence: number };
  let revision: number;
  /** The one that publishes when it is frozen: on a busy machine the right to do so may have moved. */
  let frozen: { name: string; process: Daymark };
  let other: Daymark;

  test('Only one of those that have workers does, and the other one when it has taken over', () => {
    expect(writesOf('one')).toBeGreaterThan(0);
    expect(writesOf('front')).toBe(0);
    // Each time of one publisher has a number of its own.
    expect(writesOf('two') === 0 || inBucket().fence > 1).toBe(true);
  });

  test('When it freezes in the middle another one takes over, and mends what it finds', async () => {
    // What the tests before have changed has to be there first.
    const { revision: latest } = (await front.api('GET', '/api/v1/pages/acme')).body as { revision: number };
    await until(async () => inBucket().revision >= latest, 'the bucket is current');
    const object = store.objects.get('pages/p/acme/history/index.html')!;
    object.body = Buffer.from('not what was published');
    object.etag = '"0"';
    store.objects.delete('pages/p/acme/badge.svg');
    const isFrozen = new Promise<void>((resolve) => {
      store.fault = (seen) => {
        if (seen.method !== 'PUT' || !seen.key.endsWith('acme/index.html')) return null;
        const name = nameOf(seen);
        frozen = { name, process: name === 'one' ? one : two };
        other = name === 'one' ? two : one;
        process.kill(frozen.process.pid, 'SIGSTOP');
        before = inBucket();
        store.fault = null;
        resolve();
        return null;
      };
    });
    revision = await setStatus(front, 'degraded_performance');
    await isFrozen;
    expect(before.revision).toBeLessThan(revision);
    await until(async () => inBucket().revision >= revision, 'the other publishes');
    expect(inBucket().fence).toBeGreaterThan(before.fence);
    const mended = () => store.objects.get('pages/p/acme/history/index.html')?.body.toString();
    await until(async () => mended() !== 'not what was published', 'the history is mended');
    expect(store.objects.has('pages/p/acme/badge.svg')).toBe(true);
  });

  test('What it has published is noted for those who wait', async () => {
    const behind = async () =>
      ((await other.api('GET', '/readyz')).body as { pages_behind: number }).pages_behind;
    await until(async () => (await behind()) === 0, 'it is noted');
  });

  test('The frozen one writes nothing more when it wakes up, and its own folder catches up', async () => {
    revision = await setStatus(other, 'operational');
    await until(async () => inBucket().revision >= revision, 'the other publishes');
    const { name, process: thawed } = frozen;
    const [written, { fence }] = [writesOf(name), inBucket()];
    process.kill(thawed.pid, 'SIGCONT');
    await until(
      async () => thawed.output().includes('another process publishes from here on'),
      'it finds out',
    );
    await until(async () => (await statusAt(thawed)) === 'operational', 'its folder catches up');
    expect(await setStatus(thawed, 'partial_outage')).toBe(revision + 1);
    await until(async () => inBucket().revision > revision, 'the other publishes that too');
    // Unless it was its turn again.
    if (inBucket().fence === fence) expect(writesOf(name)).toBe(written);
  });
});

describe('While the database is away', () => {
  /** What all processes say of a change, and meanwhile of what is published. */
  const refused = async () => {
    const readings = async (daymark: Daymark) => {
      const change = daymark.api('PATCH', `/api/v1/pages/acme/components/${component}`, {
        status: 'operational',
      });
      const ready = daymark.api('GET', '/readyz');
      expect(await statusAt(daymark)).toBe('partial_outage');
      expect((await daymark.api('GET', '/healthz')).status).toBe(200);
      expect((await ready).status).toBe(503);
      const { status, headers, body } = await change;
      expect([status, headers['retry-after']]).toEqual([503, '2']);
      expect(body).toEqual({ detail: 'The database server can not be reached. Try again in a moment.' });
    };
    await Promise.all([one, two, front].map(readings));
  };
  const takenAgain = async () => {
    for (const daymark of [one, two, front]) {
      await until(async () => (await daymark.api('GET', '/readyz')).status === 200, 'it is ready again');
      // What it was asked while it was away may hold its lock for some seconds.
      const path = `/api/v1/pages/acme/components/${component}`;
      const change = () => daymark.api('PATCH', path, { status: 'operational' });
      await until(async () => (await change()).status === 200, 'it takes changes again');
      await setStatus(daymark, 'partial_outage');
    }
    for (const daymark of [one, two, front])
      await until(async () => (await statusAt(daymark)) === 'partial_outage', 'all follow');
  };

  test('All processes go on showing what is published, and take changes again once it is back', async () => {
    await setStatus(front, 'partial_outage');
    for (const daymark of [one, two, front])
      await until(async () => (await statusAt(daymark)) === 'partial_outage', 'all follow');
    await database.kill();
    await refused();
    database = await startStandIn(database);
    await takenAgain();
  });

  test('Likewise while it takes every question and answers none', async () => {
    database.freeze();
    await refused();
    database.thaw();
    await takenAgain();
  });
});
