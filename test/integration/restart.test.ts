/** What was still to be made when the process was killed is made by the next one, without anybody changing the page. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type LibsqlStandIn, startStandIn } from '../libsql/server.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

const WAIT = { prefer: 'wait=10' };
const INCIDENTS = 12;

let daymark: Daymark;
let database: LibsqlStandIn | undefined;

const site = (path: string) => join(daymark.dataDir, 'site/p/acme', path);
const shows = (path: string, text: string) =>
  existsSync(site(path)) && readFileSync(site(path), 'utf8').includes(text);
/** A folder with something in it stands where a file has to go: no rename gets past it, whoever the user is. */
const block = (path: string) => {
  rmSync(site(path), { force: true });
  mkdirSync(join(site(path), 'x'), { recursive: true });
};
const isFailing = async () =>
  ((await daymark.api('GET', '/readyz')).body as { failing: unknown[] }).failing.length > 0;
const made = async (path: string, body: object) => {
  const answer = await daymark.api('POST', `/api/v1/pages/acme/${path}`, body, WAIT);
  expect([path, answer.status]).toEqual([path, 201]);
  return (answer.body as { id: string }).id;
};
/** Kills the process in front of what blocks it, and starts another one where nothing does. */
const restart = async (blocked: string, env: Record<string, string> = {}) => {
  await daymark.kill();
  rmSync(site(blocked), { recursive: true });
  daymark = await startDaymark({ dataDir: daymark.dataDir, key: daymark.key, env });
};

afterAll(async () => {
  await daymark?.stop();
  await database?.kill();
});

describe('A process that is killed', () => {
  test('while it gives old pages their new name leaves the rest to the next one', async () => {
    daymark = await startDaymark();
    await firstPage(daymark, { name: 'Acme' });
    await made('components', { name: 'API' });
    const ids: string[] = [];
    for (let month = 1; month <= INCIDENTS; month += 1) {
      const at = `2021-${String(month).padStart(2, '0')}-10T08:00:00Z`;
      const times = { started_at: at, resolved_at: at.replace('T08', 'T09'), status: 'resolved' };
      ids.push(await made('incidents', { title: `Slow ${month}`, body: 'It was slow.', ...times }));
    }
    const oldPages = ids.map((id) => `incidents/${id}/index.html`);
    const reports = ['uptime/index.html'];
    await until(
      async () => [...oldPages, ...reports].every((path) => shows(path, 'Acme')),
      'all is there',
      30_000,
    );
    const blocked = oldPages[INCIDENTS / 2]!;
    block(blocked);
    const named = await daymark.api('PATCH', '/api/v1/pages/acme', { name: 'Bergwerk' }, WAIT);
    expect(named.headers['preference-applied']).toBe('wait');
    await until(isFailing, 'it can not go on', 30_000);
    const left = oldPages.filter((path) => path !== blocked && !shows(path, 'Bergwerk'));
    expect(left.length).toBeGreaterThan(0);
    await restart(blocked);
    const all = [...oldPages, ...reports];
    await until(async () => all.every((path) => shows(path, 'Bergwerk')), 'all have the name', 30_000);
    expect(await isFailing()).toBe(false);
    await daymark.stop();
  });

  test('before its largest files followed leaves them to the next one, on a database server too', async () => {
    database = await startStandIn();
    const env = { ...database.env, PUBLIC_URL: 'http://status.example.com' };
    daymark = await startDaymark({ env });
    await firstPage(daymark, { name: 'Acme' });
    const component = await made('components', { name: 'API' });
    const blocked = 'api/v1/uptime.csv';
    await until(async () => shows(blocked, 'API'), 'it is there');
    block(blocked);
    const path = `/api/v1/pages/acme/components/${component}`;
    const named = await daymark.api('PATCH', path, { name: 'Gateway' });
    const revision = Number(named.headers['x-page-revision']);
    await until(async () => shows('revision.json', `"revision":${revision}`), 'the revision is there');
    await until(isFailing, 'the rest can not follow');
    await restart(blocked, env);
    await until(async () => shows(blocked, 'Gateway'), 'it followed');
  });
});
