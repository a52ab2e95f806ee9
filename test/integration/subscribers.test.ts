import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BehindItsBack, behindItsBack } from '../fixtures/behind-its-back.ts';
import { mailsTo, nextMail } from '../fixtures/letters.ts';
import { openDesk } from '../mail/desk.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';
import type { Answer } from '../server/http.ts';

const PAGE = '/api/v1/pages/acme';
const LIST = `${PAGE}/subscribers`;

interface Person {
  id: string;
  email: string;
  status: string;
  whole_page: boolean;
  component_ids: string[];
  suppressed_reason: string | null;
}
interface Report {
  added: number;
  updated: number;
  unchanged: number;
  refused: number;
  stopped_at_line: number | null;
  lines: { line: number; email: string; result: string; reason: string | null; detail: string | null }[];
}

let daymark: Daymark;
let database: BehindItsBack;
const ids = { api: '', shop: '', foreign: '' };

const add = (body: object, path = LIST) => daymark.api('POST', path, body);
const added = async (body: object) => {
  const answer = await add(body);
  expect([answer.status, answer.text]).toEqual([201, answer.text]);
  return answer.body as Person;
};
const listed = async (query = '') => (await daymark.api('GET', `${LIST}?${query}`)).body as Person[];
const bring = (csv: string, headers: Record<string, string> = {}, path = LIST): Promise<Answer> =>
  daymark.api('POST', `${path}/import`, csv, { 'content-type': 'text/csv', ...headers });
const brought = async (csv: string, path = LIST) => {
  const answer = await bring(csv, {}, path);
  expect([answer.status, answer.text]).toEqual([201, answer.text]);
  return answer.body as Report;
};

beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'Acme' });
  const make = async (page: string, name: string) =>
    ((await daymark.api('POST', `/api/v1/pages/${page}/components`, { name })).body as { id: string }).id;
  ids.api = await make('acme', 'API');
  ids.shop = await make('acme', 'Block storage, Frankfurt');
  await daymark.api('POST', '/api/v1/pages', { name: 'Other' });
  ids.foreign = await make('other', 'Foreign');
  database = behindItsBack(daymark);
});
afterAll(async () => {
  await database.close();
  await daymark.stop();
});

describe('A customer', () => {
  test('adds a subscriber who is active at once, changes what they get, and readers see nothing of it', async () => {
    const { headers } = await daymark.api('PATCH', PAGE, { description: 'x' });
    const ada = await add({ email: ' Ada@example.com ', component_ids: [ids.shop, ids.api] });
    expect([ada.status, ada.headers['x-page-revision']]).toEqual([201, headers['x-page-revision']]);
    const { id } = ada.body as Person;
    expect(ada.body).toMatchObject({
      ...{ email: 'Ada@example.com', status: 'active', source: 'managed', whole_page: false },
      component_ids: [ids.api, ids.shop],
    });
    const changed = await daymark.api('PATCH', `${LIST}/${id}`, {
      email: 'ada@example.org',
      component_ids: [],
    });
    expect(changed.body).toMatchObject({ email: 'ada@example.org', whole_page: true, component_ids: [] });
    expect((await daymark.api('GET', `${LIST}/${id}`)).body).toEqual(changed.body);
    const audit = await daymark.api('GET', `/api/v1/audit-events?subject_id=${id}`);
    expect((audit.body as { action: string }[]).map(({ action }) => action)).toEqual([
      'subscriber.updated',
      'subscriber.created',
    ]);
    expect(audit.text).not.toContain('@example');
  });

  test('finds subscribers by a part of their address and by their status', async () => {
    for (const name of ['find_me', 'find-me', 'find%me']) await added({ email: `${name}@example.com` });
    const off = await added({ email: 'find.off@example.com' });
    await daymark.api('PATCH', `${LIST}/${off.id}`, { status: 'unsubscribed' });
    const emails = async (query: string) => (await listed(query)).map(({ email }) => email);
    expect(await emails('email=FIND')).toHaveLength(4);
    expect(await emails('email=d_m')).toEqual(['find_me@example.com']);
    expect(await emails('email=%25')).toEqual(['find%me@example.com']);
    expect(await emails('email=find&status_filter=unsubscribed')).toEqual(['find.off@example.com']);
    expect(await emails('email=find&status_filter=active&per_page=1&page=3')).toEqual([
      'find_me@example.com',
    ]);
    expect((await daymark.api('GET', `${LIST}?status_filter=gone`)).status).toBe(400);
    const { headers } = await daymark.api('GET', `${LIST}?email=find&per_page=1`);
    expect([headers['x-total-count'], headers.link]).toEqual(['4', expect.stringContaining('email=find')]);
  });

  test('finds some of very many, page by page, and takes them along', async () => {
    const page = (await daymark.api('POST', '/api/v1/pages', { name: 'Crowd' })).body as { id: string };
    const desk = await openDesk(daymark.dataDir);
    // The few that are looked for lie at both ends and on both sides of each step of the search.
    const people = Array.from({ length: 9_001 }, (_, n) =>
      n % 1_000 === 0 ? `few-${n}@example.com` : `many-${n}@example.com`,
    );
    await desk.subscribeAll(page.id, people);
    await desk.close();
    const crowd = '/api/v1/pages/crowd/subscribers';
    const few = people.filter((email) => email.startsWith('few')).toReversed();
    const found: string[] = [];
    for (const number of [1, 2, 3]) {
      const { body, headers } = await daymark.api('GET', `${crowd}?email=FEW-&per_page=4&page=${number}`);
      expect(headers['x-total-count']).toBe('10');
      found.push(...(body as Person[]).map(({ email }) => email));
    }
    expect(found).toEqual(few);
    const nobody = await daymark.api('GET', `${crowd}?status_filter=unsubscribed`);
    expect([nobody.body, nobody.headers['x-total-count']]).toEqual([[], '0']);
    const all = await daymark.api('GET', `${crowd}?email=example&page=19&per_page=500`);
    expect([(all.body as Person[]).length, all.headers['x-total-count']]).toEqual([1, '9001']);
    const { text } = await daymark.api('GET', `${crowd}/export?email=few`);
    const exported = text.trim().split(/\r?\n/).slice(1);
    expect(exported.map((line) => line.split(',')[0])).toEqual(few.toReversed());
  });

  test.each([
    ['the same address in capitals', { email: 'TAKEN@example.com' }, 409],
    ['a component of another page', () => ({ email: 'x@example.com', component_ids: [ids.foreign] }), 422],
    ['no address', { email: 'nobody' }, 422],
  ])('does not add %s', async (_what, body, status) => {
    if ((await listed('email=taken@')).length === 0) await added({ email: 'taken@example.com' });
    expect((await add(typeof body === 'function' ? body() : body)).status).toBe(status);
  });

  test('does not bring back who left; they come back by themselves', async () => {
    const { id } = await added({ email: 'bob@example.com' });
    const off = await daymark.api('PATCH', `${LIST}/${id}`, { status: 'unsubscribed' });
    expect(off.body).toMatchObject({ status: 'unsubscribed', unsubscribed_at: expect.any(String) });
    expect((await add({ email: 'bob@example.com' })).status).toBe(409);
    expect((await daymark.api('PATCH', `${LIST}/${id}`, { status: 'active' })).status).toBe(409);
    expect((await brought('email\nbob@example.com')).lines).toMatchObject([{ reason: 'unsubscribed' }]);
    expect(await listed('email=bob')).toMatchObject([{ status: 'unsubscribed' }]);
    await verify('bob@example.com');
    expect(await listed('email=bob')).toMatchObject([{ id, status: 'active', unsubscribed_at: null }]);
  });

  /** What the owner of an address does. */
  async function verify(email: string): Promise<void> {
    const before = await mailsTo(daymark, email);
    await daymark.api('POST', '/p/acme/api/v1/subscribers', { email }, { authorization: '' });
    const { token } = await nextMail(daymark, email, before);
    const done = await daymark.api(
      'POST',
      '/p/acme/api/v1/subscribers/verify',
      { token },
      { authorization: '' },
    );
    expect(done.status).toBe(200);
  }

  test('erases a person, of whom a keyed hash stays that keeps them out until they come by themselves', async () => {
    const { id } = await added({ email: 'Eve@example.com' });
    await daymark.api(
      'POST',
      '/p/acme/api/v1/subscribers',
      { email: 'eve@example.com' },
      { authorization: '' },
    );
    const gone = await daymark.api('DELETE', `${LIST}/${id}`);
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect((await daymark.api('GET', `${LIST}/${id}`)).status).toBe(404);
    for (const table of ['subscribers', 'sign_ups', 'erasures', 'audit_events', 'limit_hits', 'deliveries']) {
      const { rows } = await database.execute(`select * from ${table}`);
      expect(JSON.stringify(rows)).not.toMatch(/eve@/i);
    }
    expect((await database.execute('select * from erasures')).rows).toHaveLength(1);
    expect((await add({ email: 'eve@example.com' })).status).toBe(409);
    expect((await brought('email\nEVE@example.com')).lines).toMatchObject([{ reason: 'erased' }]);
    await database.execute('update limit_hits set at = at - 600000');
    await verify('eve@example.com');
    expect(await listed('email=eve')).toMatchObject([{ status: 'active', source: 'verified' }]);
    expect((await database.execute('select * from erasures')).rows).toHaveLength(0);
  });

  test('sees whose mailbox is unknown, and takes them up again by adding them anew', async () => {
    const { id } = await added({ email: 'lost@example.com' });
    const suppress = () =>
      database.execute(
        "update subscribers set suppressed_at = 1, suppressed_reason = 'mailbox_unknown' where id = ?",
        id,
      );
    await suppress();
    expect(await listed('status_filter=suppressed')).toMatchObject([
      { id, status: 'suppressed', suppressed_reason: 'mailbox_unknown' },
    ]);
    expect(await listed('status_filter=active&email=lost')).toEqual([]);
    expect((await add({ email: 'lost@example.com' })).body).toMatchObject({ id, status: 'active' });
    await suppress();
    expect((await daymark.api('PATCH', `${LIST}/${id}`, { email: 'found@example.com' })).body).toMatchObject({
      status: 'active',
      suppressed_reason: null,
    });
  });

  test('deletes a page with all who followed it', async () => {
    await daymark.api('POST', '/api/v1/pages', { name: 'Short', slug: 'short' });
    await brought(lines(2_500), '/api/v1/pages/short/subscribers');
    await daymark.api('DELETE', '/api/v1/pages/short');
    const { rows } = await database.execute(
      'select count(*) as n from subscribers where page_id not in (select id from pages)',
    );
    expect(rows[0]!.n).toBe(0);
  });
});

const lines = (count: number, from = 0) =>
  `email,components\n${Array.from({ length: count }, (_, n) => `person-${from + n}@example.com,api`).join('\n')}\n`;

describe('An import', () => {
  test('reports each line, whatever is wrong with others', async () => {
    await added({ email: 'there@example.com', component_ids: [ids.api] });
    const csv = [
      '\ufeffEmail,Components,Remark',
      'one@example.com,,x',
      '"two@example.com","api"',
      '',
      `three@example.com,${ids.api};Block storage\\, Frankfurt`,
      'four@example.com,"Block storage, Frankfurt"',
      'five@example.com,"api;block-storage-frankfurt"',
      'ONE@example.com,',
      'there@example.com,api',
      'there2@example.com,nowhere',
      'no address',
      'open@example.com,"api',
      '"a"b@example.com',
      `long@example.com,${'x'.repeat(10_001)}`,
      "'+plus@example.com,",
      ' jürgen@exämple.de ,API',
    ].join('\r\n');
    const report = await brought(csv);
    const { lines: told, ...counts } = report;
    expect(told.map(({ line, result, reason, detail }) => [line, reason ?? result, detail])).toEqual([
      [2, 'added', null],
      [3, 'added', null],
      [5, 'unknown_component', expect.stringContaining('Block storage')],
      [6, 'added', null],
      [7, 'added', null],
      [8, 'duplicate', '2'],
      [9, 'unchanged', null],
      [10, 'unknown_component', 'nowhere'],
      [11, 'not_an_address', null],
      [12, 'malformed', null],
      [13, 'malformed', null],
      [14, 'malformed', null],
      [15, 'added', null],
      [16, 'added', null],
    ]);
    expect(counts).toEqual({ added: 6, updated: 0, unchanged: 1, refused: 7, stopped_at_line: null });
    const chosen = async (email: string) =>
      (await listed(`email=${encodeURIComponent(email)}`))[0]!.component_ids;
    expect(await chosen('one@example.com')).toEqual([]);
    expect(await chosen('two@')).toEqual([ids.api]);
    expect(await chosen('four@')).toEqual([ids.shop]);
    expect(await chosen('five@')).toEqual([ids.api, ids.shop]);
    expect(await chosen('jürgen@')).toEqual([ids.api]);
    expect(await listed('email=%2Bplus')).toMatchObject([{ email: '+plus@example.com', source: 'imported' }]);
  });

  test('again changes nothing; with other components it changes those, without the column it leaves them', async () => {
    const csv = 'email,components\nagain@example.com,api\nagain2@example.com,\n';
    expect(await brought(csv)).toMatchObject({ added: 2 });
    expect(await brought(csv)).toMatchObject({ added: 0, unchanged: 2 });
    expect(await brought('email\nagain@example.com')).toMatchObject({ unchanged: 1 });
    expect(await brought('again@example.com')).toMatchObject({ updated: 1 });
    expect(await listed('email=again@')).toMatchObject([{ whole_page: true, component_ids: [] }]);
    expect(await brought('email;components\nagain@example.com;api|block-storage-frankfurt\n')).toMatchObject({
      updated: 1,
    });
    expect(await listed('email=again@')).toMatchObject([
      { whole_page: false, component_ids: [ids.api, ids.shop] },
    ]);
    expect(
      await brought('email,status\nagain@example.com,unsubscribed\nx1@example.com,unsubscribed'),
    ).toMatchObject({
      ...{ updated: 1, added: 1 },
    });
    expect((await listed('status_filter=unsubscribed')).map(({ email }) => email)).toEqual(
      expect.arrayContaining(['again@example.com', 'x1@example.com']),
    );
  });

  test('of thousands of lines is done in steps; repeated by its key it is done once', async () => {
    const headers = { 'idempotency-key': 'import-1' };
    const first = await bring(lines(3_000), headers);
    expect(first.body).toMatchObject({ added: 3_000, refused: 0 });
    expect((first.body as Report).lines).toHaveLength(3_000);
    const again = await bring(lines(3_000), headers);
    expect(again.body).toMatchObject({ added: 3_000, lines: [] });
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect((await bring(lines(1), headers)).status).toBe(422);
    const { headers: counted } = await daymark.api('GET', `${LIST}?email=person-&per_page=1`);
    expect(counted['x-total-count']).toBe('3000');
  });

  test.each([
    ['without addresses', 'name,phone\nAda,1', 422],
    ['that is empty', '', 422],
    ['in another encoding', Buffer.from('email\nj\xfcrgen@example.com', 'latin1'), 400],
    ['of another type', 'email\na@example.com', 415],
    ['over 10 MiB', `email\n${'x'.repeat(10 * 1024 * 1024)}`, 413],
  ])('%s is refused', async (what, body, status) => {
    const type = what === 'of another type' ? 'application/json' : 'text/csv; charset=utf-8';
    const answer = await fetch(`${daymark.url}${LIST}/import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${daymark.key}`, 'content-type': type },
      body,
    });
    expect([answer.status, await answer.json()]).toEqual([status, { detail: expect.anything() }]);
  });

  test('of just under 10 MiB is taken', async () => {
    const line = `${'x'.repeat(9_000)}\n`;
    const report = await brought(`email\nbig@example.com\n${line.repeat(1_160)}`);
    expect(report).toMatchObject({ added: 1, refused: 1_160 });
  });
});

describe('An export', () => {
  test('is CSV that a spreadsheet does not run, and an import takes again', async () => {
    await daymark.api('POST', '/api/v1/pages', { name: 'Sheet', slug: 'sheet' });
    const path = '/api/v1/pages/sheet/subscribers';
    const { id } = (
      await daymark.api('POST', '/api/v1/pages/sheet/components', { name: '=1+1', code: 'sum' })
    ).body as { id: string };
    for (const email of ['=cmd@example.com', '+1@example.com', '-1@example.com', "o'x@example.com"])
      await add({ email, component_ids: [id] }, path);
    const left = (await add({ email: 'left@example.com' }, path)).body as Person;
    await daymark.api('PATCH', `${path}/${left.id}`, { status: 'unsubscribed' });
    const csv = await daymark.api('GET', `${path}/export`);
    expect([csv.status, csv.headers['content-type'], csv.headers['cache-control']]).toEqual([
      ...[200, 'text/csv; charset=utf-8', 'no-store'],
    ]);
    expect(csv.headers['content-disposition']).toBe('attachment; filename="sheet-subscribers.csv"');
    const [header, ...rows] = csv.text.trim().split('\r\n');
    expect(header).toMatch(/^email,components,status,/);
    expect(rows.map((row) => row.split(',').slice(0, 3))).toEqual([
      ["'=cmd@example.com", 'sum', 'active'],
      ["'+1@example.com", 'sum', 'active'],
      ["'-1@example.com", 'sum', 'active'],
      ["o'x@example.com", 'sum', 'active'],
      ['left@example.com', '', 'unsubscribed'],
    ]);
    expect(await brought(csv.text, path)).toMatchObject({ added: 0, unchanged: 5, refused: 0 });
    const some = await daymark.api('GET', `${path}/export?status_filter=unsubscribed`);
    expect(some.text.trim().split('\r\n')).toHaveLength(2);
    expect((await daymark.api('HEAD', `${path}/export`)).status).toBe(200);
  });

  test('holds everybody, step by step', async () => {
    const csv = await daymark.api('GET', `${LIST}/export?email=person-`);
    const emails = csv.text
      .trim()
      .split('\r\n')
      .slice(1)
      .map((row) => row.split(',')[0]);
    expect(new Set(emails).size).toBe(3_000);
    expect(csv.headers['transfer-encoding']).toBe('chunked');
  });
});
