/** An organization that moves from one installation to another: out as JSON Lines, in again, and published the same. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { getTableName, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allTables, LEFT, MOVED } from '../../src/manage/move/decisions.ts';
import { importMove } from '../../src/manage/move/import.ts';
import { summaryOf } from '../fixtures/statuspage.ts';
import { openSite, type Site } from '../fixtures/store.ts';
import { type Daymark, freshDataDir, runCli, startDaymark } from '../server/daymark.ts';
import { until } from '../server/first-page.ts';

/** Files that are not the same after a move, and why. */
const DIFFERENT: Record<string, string> = {
  'revision.json': 'says when the files were written, and by which term of a publisher',
  'api/v1/uptime.json': 'holds how long the running day has lasted',
  'api/v1/uptime.csv': 'holds how long the running day has lasted',
};
const PUBLIC_URL = 'http://127.0.0.1:9';

type Json = Record<string, unknown>;

let old: Daymark;
let from: string;
let to: string;
let file: string;
let imported: Awaited<ReturnType<typeof runCli>>;

async function say(method: string, path: string, body?: unknown): Promise<Json & { id: string }> {
  const answer = await old.api(method, `/api/v1/pages${path}`, body);
  expect([method, path, answer.status < 300, answer.text]).toEqual([method, path, true, answer.text]);
  return (answer.body ?? {}) as Json & { id: string };
}

/** Runs a command, which must succeed. */
async function command(dataDir: string, ...args: string[]) {
  const done = await runCli(args, { DATA_DIR: dataDir, PUBLIC_URL });
  expect([args, done.code, done.stderr]).toEqual([args, 0, '']);
  return done;
}

beforeAll(async () => {
  old = await startDaymark();
  from = old.dataDir;
  const source = join(from, 'summary.json');
  await writeFile(source, JSON.stringify(await summaryOf('quiet-day')));
  await command(from, 'import', 'statuspage', source, '--page', 'before');
  await command(from, 'users', 'create', '--email', 'alice@example.com', '--org', 'acme');
  await say('PATCH', '/before', { slug: 'cloud', languages: ['en', 'ar'], accent: '#3046c8' });
  await say('POST', '', { name: 'Second', slug: 'second', domain: 'status.example.org' });
  const api = (
    (await old.api('GET', '/api/v1/pages/cloud/components?per_page=1')).body as { id: string }[]
  )[0]!;
  const incident = await say('POST', '/cloud/incidents', {
    ...{ title: 'Down', body: 'It *was* down.', status: 'resolved' },
    ...{ components: [{ id: api.id, status: 'major_outage' }] },
    ...{ started_at: '2026-01-05T10:00:00+00:00', resolved_at: '2026-01-05T11:30:00+00:00' },
  });
  await say('PUT', `/cloud/incidents/${incident.id}/postmortem`, { body: '## Why\n\nA disk.' });
  const { id } = await say('POST', '/cloud/components', { name: 'Gone soon' });
  await say('POST', '/cloud/incidents', {
    ...{
      title: 'Of what is gone',
      body: 'x',
      status: 'resolved',
      components: [{ id, status: 'partial_outage' }],
    },
    ...{ started_at: '2026-02-05T10:00:00+00:00', resolved_at: '2026-02-05T11:30:00+00:00' },
  });
  await say('DELETE', `/cloud/components/${id}`);
  await say('POST', '/cloud/maintenance', {
    ...{ title: 'Move', body: 'Soon.', component_ids: [api.id], remind_before_minutes: 60 },
    ...{ starts_at: '2031-01-01T00:00:00Z', ends_at: '2031-01-01T02:00:00Z' },
  });
  await say('POST', '/cloud/templates', { name: 'Outage', title: 'Outage', body: 'We look into it.' });
  await say('POST', '/cloud/subscribers', { email: 'Bob@example.com', component_ids: [api.id] });
  await say('POST', '/cloud/webhooks', { url: 'https://hooks.example.com/x' });
  const window = async () =>
    ((await old.api('GET', '/api/v1/pages/cloud/maintenance?status_filter=active')).body as unknown[]).length;
  await until(async () => (await window()) === 0, 'the imported window has run its course');
  await old.stop();

  file = join(from, 'acme.jsonl');
  await command(from, 'export', file, '--org', 'acme');
  to = freshDataDir();
  imported = await command(to, 'import', 'daymark', file);
  await command(from, 'publish', '--all');
  await command(to, 'publish', '--all');
});
afterAll(() => old?.stop());

const lines = (path: string): Json[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Json);

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/\.(br|gz)$/.test(name) && statSync(join(folder, name)).isFile())
    .sort();
}

describe('Every table', () => {
  test('goes with an organization, or stays behind for a reason', () => {
    const decided = [...MOVED, ...LEFT].map(({ table }) => getTableName(table));
    expect(decided.sort()).toEqual([...allTables().keys()].sort());
    expect(new Set(decided).size).toBe(decided.length);
  });
});

describe('An organization that was exported and imported into an empty installation', () => {
  test('is published byte for byte as it was, but for what tells the moment of its writing', () => {
    for (const slug of ['cloud', 'second']) {
      const [before, after] = [join(from, 'site/p', slug), join(to, 'site/p', slug)];
      expect(filesBelow(after)).toEqual(filesBelow(before));
      const differ = filesBelow(before).filter(
        (name) => !readFileSync(join(before, name)).equals(readFileSync(join(after, name))),
      );
      expect(differ.filter((name) => !(name in DIFFERENT))).toEqual([]);
    }
    expect(filesBelow(join(to, 'site/p/cloud')).length).toBeGreaterThan(500);
  });

  test('exported again is row for row what came in', async () => {
    const again = join(to, 'again.jsonl');
    await command(to, 'export', again);
    const rows = (path: string) => lines(path).filter(({ row }) => row !== undefined);
    const arrived = rows(again);
    const added = arrived.pop() as { row: Json };
    expect(added.row).toMatchObject({ action: 'organization.imported', actor: 'cli' });
    expect(arrived).toEqual(rows(file));
    const tables = new Set(arrived.map(({ table }) => table));
    for (const table of ['resting_slugs', 'templates', 'subscribers', 'subscriber_components', 'webhooks'])
      expect(tables).toContain(table);
  });

  test('takes no secret along', () => {
    const text = readFileSync(file, 'utf8');
    expect(text).not.toMatch(/password|sealed|\$argon2|whsec_|sk_live_|totp/i);
    expect(text).not.toContain('"api_keys"');
    expect(text).toContain('alice@example.com');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('says what has to be done by hand', () => {
    for (const part of [
      'Imported "Acme": organization acme',
      'Nobody was notified.',
      '1 users have no password here',
      '1 webhooks are switched off',
      'Domains route once their TXT record was seen',
    ])
      expect(imported.stdout).toContain(part);
  });

  test('serves, and lets its people in again by a new password alone', async () => {
    const daymark = await startDaymark({
      dataDir: to,
      env: { DAYMARK_ORGANIZATION: '', DAYMARK_API_KEY: '' },
    });
    try {
      const status = async () => (await daymark.api('GET', '/p/cloud/api/v2/status.json')).status;
      await until(async () => (await status()) === 200, 'the page is served');
      const body = { email: 'alice@example.com', password: 'none' };
      const signIn = await daymark.api('POST', '/api/v1/session', body, {
        authorization: '',
        origin: daymark.url,
      });
      expect(signIn.status).toBe(401);
    } finally {
      await daymark.stop();
    }
  });
});

describe('A file that can not be taken in', () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site.close());

  /** Takes a changed file in, beside another organization. */
  const take = (change: (all: Json[]) => Json[]) => {
    const text = change(lines(file)).map((line) => JSON.stringify(line));
    return importMove(site.manager, 'a hash', () => Readable.from(text), undefined);
  };
  const edit = (table: string, fields: Json) => (all: Json[]) => {
    const place = all.findIndex((line) => line.table === table);
    all[place] = { table, row: { ...(all[place]!.row as Json), ...fields } };
    return all;
  };

  test.each([
    ['breaks off', (all: Json[]) => all.slice(0, -1), 'breaks off'],
    ['has lost rows', (all: Json[]) => all.filter(({ table }) => table !== 'webhooks'), /holds \d+ rows of/],
    ['is of something else', (all: Json[]) => all.slice(1), 'not a file of "daymark export"'],
    ['leads out of its folder', edit('pages', { slug: '../../x' }), 'pages.slug is not right'],
    ['mails two at once', edit('subscribers', { email: 'a@b.example, c@d.example' }), 'subscribers.email is'],
    ['writes a header', edit('users', { email: 'a@b.example\r\nBcc: c@d.example' }), 'users.email is'],
    ['calls no address of the web', edit('webhooks', { url: 'javascript:alert(1)' }), 'webhooks.url is'],
    ['has a domain that is a path', edit('pages', { domain: '../x' }), 'pages.domain is not right'],
    ['has an id that is a path', edit('incidents', { id: '../x' }), 'incidents.id is not a UUID'],
    ['says an unknown status', edit('incidents', { status: 'on fire' }), 'incidents.status is none of'],
    [
      'names a stranger',
      edit('components', { page_id: '019a0000-0001-7000-8000-000000000001' }),
      'components.page_id names something',
    ],
    ['has a column of later', edit('components', { shade: 'blue' }), 'components.shade is not known here'],
  ] as [string, (all: Json[]) => Json[], string | RegExp][])(
    'because it %s is refused with its line, and nothing is written',
    async (_, change, why) => {
      await expect(take(change)).rejects.toThrow(why);
      expect(await site.store.read.all(sql`select slug from organizations`)).toEqual([{ slug: 'northwind' }]);
    },
  );

  test('because all of it is here already names what is', async () => {
    const { code, stderr } = await runCli(['import', 'daymark', file], { DATA_DIR: to });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/organization acme; page .*cloud.*; user alice@example\.com/);
  });
});
