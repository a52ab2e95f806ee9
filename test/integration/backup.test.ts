/** The drill: a backup under load, everything destroyed, the backup put back, and what people find then. */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSecrets } from '../../src/auth/secrets.ts';
import { subscriberToken } from '../../src/domain/subscriber-token.ts';
import { type LibsqlStandIn, startStandIn } from '../libsql/server.ts';
import { type FakeStore, startFakeStore } from '../s3/fake.ts';
import { type Daymark, freshDataDir, runCli, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

const WAIT = { prefer: 'wait=30' };
const SECRET = 's'.repeat(40);

let store: FakeStore;
let daymark: Daymark;
let shelf: string;
let key: string;
let dataDir: string;

const env = (): Record<string, string> => ({
  SECRET_KEY: SECRET,
  PUBLIC_URL: 'http://status.example.com',
  PUBLISH_TO: `s3://${store.bucket}?endpoint=${store.endpoint}`,
  AWS_ACCESS_KEY_ID: store.accessKey,
  AWS_SECRET_ACCESS_KEY: store.secretKey,
});
const command = (...args: string[]) => runCli(args, { DATA_DIR: dataDir, ...env() });
const make = async (path: string, body: object) => {
  const answer = await daymark.api('POST', `/api/v1/pages/acme/${path}`, body, WAIT);
  expect([path, answer.status]).toEqual([path, 201]);
  return (answer.body as { id: string }).id;
};
const titles = async () => {
  const answer = await daymark.api('GET', '/api/v1/pages/acme/incidents?per_page=500');
  return (answer.body as { title: string }[]).map(({ title }) => title);
};
/** But for when it was published. */
const said = (text: string) => text.replace(/^Published .*$/m, '');
const revisionIn = (body: string) => (JSON.parse(body) as { revision: number }).revision;
const inBucket = (key: string) => store.objects.get(`p/acme/${key}`)?.body.toString() ?? null;
const subscribersOf = async () => {
  const answer = await daymark.api('GET', '/api/v1/pages/acme/subscribers');
  const list = answer.body as { email: string; status: string }[];
  return Object.fromEntries(list.map(({ email, status }) => [email, status]));
};

/** Opens incidents one after the other, and remembers those that were acknowledged. */
function load() {
  const acknowledged: string[] = [];
  let stopped = false;
  const running = (async () => {
    for (let n = 1; !stopped; n++) {
      const title = `Under load ${n}`;
      const answer = await daymark.api('POST', '/api/v1/pages/acme/incidents', { title, body: 'Text.' });
      if (answer.status === 201) acknowledged.push(title);
    }
  })();
  return {
    acknowledged,
    async stop() {
      stopped = true;
      await running;
    },
  };
}

beforeAll(async () => {
  store = await startFakeStore();
  shelf = freshDataDir();
  daymark = await startDaymark({ env: env() });
  ({ key, dataDir } = daymark);
  await firstPage(daymark, { name: 'Acme' });
  await make('components', { name: 'API' });
});
afterAll(async () => {
  await daymark?.stop();
  await store?.stop();
});

describe('A backup while the service is written to', () => {
  let before: string[];

  test('Is one file for its owner alone, that is checked, and tells of the key that has to be kept', async () => {
    for (const email of ['stays@example.com', 'leaves@example.com', 'erased@example.com'])
      await make('subscribers', { email });
    await make('incidents', { title: 'Before', body: 'All about it.' });
    const work = load();
    await until(async () => work.acknowledged.length >= 5, 'there is a load');
    before = [...work.acknowledged];
    const done = await command('backup', join(shelf, 'daymark.backup'));
    await work.stop();
    expect(done.stderr).toContain('keep SECRET_KEY too');
    expect(done.stdout).toContain('checked');
    expect(done.code).toBe(0);
    expect(statSync(join(shelf, 'daymark.backup')).mode & 0o777).toBe(0o600);
    expect(work.acknowledged.length).toBeGreaterThan(before.length);
  });

  test('Once all is destroyed and it is put back, everything that was acknowledged before it is there', async () => {
    await daymark.stop();
    rmSync(dataDir, { recursive: true });
    const done = await command('restore', join(shelf, 'daymark.backup'));
    expect(done.stderr).toBe('');
    expect(done.code).toBe(0);
    daymark = await startDaymark({ dataDir, key, env: env() });
    expect(await titles()).toEqual(expect.arrayContaining(['Before', ...before]));
    expect(Object.keys(await subscribersOf()).sort()).toEqual([
      'erased@example.com',
      'leaves@example.com',
      'stays@example.com',
    ]);
  });
});

describe('A step back while the newer database is there', () => {
  let published: number;
  let lost: string;
  let backup: string;
  let was: { titles: string[]; text: string };

  beforeAll(async () => {
    backup = join(shelf, 'second.backup');
    was = { titles: await titles(), text: said((await daymark.api('GET', '/p/acme/status.txt')).text) };
    expect((await command('backup', backup)).code).toBe(0);
    lost = await make('incidents', { title: 'A mistake', body: 'Nobody wanted this.' });
    const subscribers = (await daymark.api('GET', '/api/v1/pages/acme/subscribers')).body as {
      id: string;
      email: string;
    }[];
    const idOf = (email: string) => subscribers.find((one) => one.email === email)?.id ?? '';
    const token = subscriberToken(createSecrets(SECRET), idOf('leaves@example.com'));
    expect((await daymark.api('POST', `/p/acme/api/v1/subscribers/unsubscribe?token=${token}`)).status).toBe(
      200,
    );
    expect(
      (await daymark.api('DELETE', `/api/v1/pages/acme/subscribers/${idOf('erased@example.com')}`)).status,
    ).toBe(204);
    published = revisionIn((await daymark.api('GET', '/p/acme/revision.json')).text);
    await until(async () => inBucket(`incidents/${lost}/index.html`) !== null, 'the bucket has it');
    await until(
      async () => revisionIn(inBucket('revision.json') ?? '{}') === published,
      'the bucket is current',
    );
  });

  test('Is refused while a process is at work, with or without workers', async () => {
    const refused = await command('restore', backup);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/^daymark: Another Daymark process [^\n]+\n$/),
    ]);
    await daymark.stop();
    daymark = await startDaymark({ dataDir, key, env: env(), args: ['serve', '--no-workers'] });
    const again = await command('restore', backup);
    expect([again.code, again.stderr]).toEqual([
      1,
      expect.stringMatching(/^daymark: Another Daymark process [^\n]+\n$/),
    ]);
    expect(await titles()).toContain('A mistake');
    await daymark.stop();
  });

  test('Publishes a revision above all that was seen, everywhere, before anything is served', async () => {
    const done = await command('restore', backup);
    expect(done.stderr).toBe('');
    expect(done.stdout).toContain('What was there before is in');
    expect(done.code).toBe(0);
    const folder = readFileSync(join(dataDir, 'site/p/acme/revision.json'), 'utf8');
    expect(revisionIn(folder)).toBeGreaterThan(published);
    expect(revisionIn(inBucket('revision.json') ?? '')).toBe(revisionIn(folder));
  });

  test('Takes back what was written since, from every place', async () => {
    daymark = await startDaymark({ dataDir, key, env: env() });
    expect(await titles()).toEqual(was.titles);
    expect(said((await daymark.api('GET', '/p/acme/status.txt')).text)).toBe(was.text);
    expect((await daymark.api('GET', `/p/acme/incidents/${lost}/`)).status).toBe(404);
    expect(existsSync(join(dataDir, `site/p/acme/incidents/${lost}`))).toBe(false);
    expect([...store.objects.keys()].filter((each) => each.includes(lost))).toEqual([]);
    expect(said(inBucket('status.txt') ?? '')).toBe(was.text);
    expect(inBucket('history/index.html')).not.toContain('A mistake');
  });

  test('Keeps who unsubscribed or was erased since', async () => {
    expect(await subscribersOf()).toEqual({
      'stays@example.com': 'active',
      'leaves@example.com': 'unsubscribed',
    });
    const again = await daymark.api('POST', '/api/v1/pages/acme/subscribers', {
      email: 'erased@example.com',
    });
    expect(again.status).toBe(409);
  });

  test('Goes on from there', async () => {
    const id = await make('incidents', { title: 'After', body: 'Life goes on.' });
    await until(async () => inBucket(`incidents/${id}/index.html`) !== null, 'the bucket follows');
  });
});

describe('A file that is no backup', () => {
  test.each([
    ['text', 'This is no database.'],
    ['nothing', ''],
  ])('is refused in one line, and nothing is touched: %s', async (name, content) => {
    const file = join(shelf, name);
    writeFileSync(file, content);
    await daymark.stop();
    const before = readFileSync(join(dataDir, 'daymark.db'));
    const done = await command('restore', file);
    expect([done.code, done.stderr]).toEqual([1, expect.stringMatching(/^daymark: [^\n]+\n$/)]);
    expect(readFileSync(join(dataDir, 'daymark.db')).equals(before)).toBe(true);
    daymark = await startDaymark({ dataDir, key, env: env() });
  });

  test('Neither is a place that can not be written to', async () => {
    mkdirSync(join(shelf, 'folder'));
    for (const place of [join(shelf, 'folder'), '/nowhere/x.backup']) {
      const done = await command('backup', place);
      expect([place, done.code, done.stderr]).toEqual([
        place,
        1,
        expect.stringMatching(/^daymark: [^\n]+\n$/),
      ]);
    }
  });
});

describe('On a libSQL server', () => {
  let database: LibsqlStandIn;
  let remote: Daymark;
  beforeAll(async () => {
    database = await startStandIn();
    remote = await startDaymark({ env: { ...database.env, SECRET_KEY: SECRET } });
  });
  afterAll(async () => {
    await remote?.stop();
    await database?.kill();
  });

  test('A backup is made and put back likewise', async () => {
    const file = join(shelf, 'server.backup');
    const all = { DATA_DIR: remote.dataDir, ...database.env, SECRET_KEY: SECRET };
    const post = (title: string) =>
      remote.api('POST', '/api/v1/pages/acme/incidents', { title, body: 'Text.' }, WAIT);
    await firstPage(remote, { name: 'Acme' });
    await post('Kept');
    const made = await runCli(['backup', file], all);
    expect([made.stderr, made.code]).toEqual([expect.stringContaining('keep SECRET_KEY'), 0]);
    const { id } = (await post('Lost')).body as { id: string };
    expect((await runCli(['restore', file], all)).stderr).toContain('Another Daymark process');
    await remote.stop();
    // One that only serves, on another machine, holds no lease.
    const front = await startDaymark({
      ...{ args: ['serve', '--no-workers'], key: remote.key },
      env: { ...database.env, SECRET_KEY: SECRET },
    });
    const beside = await runCli(['restore', file], all);
    expect([beside.code, beside.stderr]).toEqual([1, expect.stringContaining('Another Daymark process')]);
    expect(await front.stop()).toBe(0);
    const done = await runCli(['restore', file], all);
    expect([done.stderr, done.code]).toEqual(['', 0]);
    const { dataDir, key } = remote;
    remote = await startDaymark({ dataDir, key, env: { ...database.env, SECRET_KEY: SECRET } });
    const list = (await remote.api('GET', '/p/acme/api/v1/incidents')).body as { title: string }[];
    expect(list.map(({ title }) => title)).toEqual(['Kept']);
    expect((await remote.api('GET', `/p/acme/incidents/${id}/`)).status).toBe(404);
  });
});
