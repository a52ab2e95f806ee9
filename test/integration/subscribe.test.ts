import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BehindItsBack, behindItsBack } from '../fixtures/behind-its-back.ts';
import { mailsTo, nextMail } from '../fixtures/letters.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';
import type { Answer } from '../server/http.ts';

const SENTENCE = { detail: expect.any(String) };
const FORM = 'application/x-www-form-urlencoded';

let daymark: Daymark;
let database: BehindItsBack;
const ids = { api: '', shop: '', foreign: '' };
let clients = 0;

/** A request of somebody without a key; each from an address of its own, unless told. */
const visit = (
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> => {
  const from = { 'x-forwarded-for': `198.51.${Math.floor(++clients / 250)}.${clients % 250}` };
  return daymark.api(method, path, body, { authorization: '', ...from, ...headers });
};
const signUp = (email: string, more: object = {}) => visit('POST', '/api/v1/subscribers', { email, ...more });
const me = (token: string) => visit('GET', `/api/v1/subscribers/me?token=${token}`);

/** Signs up and verifies. @returns the token by which the subscriber is known */
async function subscribe(email: string, more: object = {}): Promise<string> {
  const address = email.trim();
  const before = await mailsTo(daymark, address);
  expect((await signUp(email, more)).status).toBe(202);
  const { token } = await nextMail(daymark, address, before);
  const verified = await visit('POST', '/api/v1/subscribers/verify', { token });
  expect([verified.status, verified.text]).toEqual([200, verified.text]);
  return (verified.body as { manage_token: string }).manage_token;
}

/** Lets time pass for what is counted: hits become so many minutes older. */
const pass = (minutes: number) => database.execute('update limit_hits set at = at - ?', minutes * 60_000);

beforeAll(async () => {
  daymark = await startDaymark({ env: { TRUSTED_PROXIES: '127.0.0.1' } });
  await firstPage(daymark, { name: 'Acme' });
  const make = async (page: string, name: string) =>
    ((await daymark.api('POST', `/api/v1/pages/${page}/components`, { name })).body as { id: string }).id;
  ids.api = await make('acme', 'API');
  ids.shop = await make('acme', 'Shop');
  await daymark.api('POST', '/api/v1/pages', { name: 'Other' });
  ids.foreign = await make('other', 'Foreign');
  database = behindItsBack(daymark);
});
afterAll(async () => {
  await database.close();
  await daymark.stop();
});

describe('Whoever signs up', () => {
  test('gets a mail, is a subscriber once its link was used, sees and changes what they get, leaves and comes back', async () => {
    const taken = await signUp('ada@example.com');
    expect([taken.status, taken.body, taken.headers['cache-control']]).toEqual([202, SENTENCE, 'no-store']);
    expect(taken.headers['access-control-allow-origin']).toBeUndefined();
    const list = () => daymark.api('GET', '/api/v1/pages/acme/subscribers?email=ada');
    expect((await list()).body).toEqual([]);
    const mail = await nextMail(daymark, 'ada@example.com');
    expect(mail.kind).toBe('verify');
    const verified = await visit('POST', '/api/v1/subscribers/verify', { token: mail.token });
    const { manage_token: token } = verified.body as { manage_token: string };
    expect((await me(token)).body).toEqual({
      ...{ email: 'ada@example.com', status: 'active', whole_page: true, component_ids: [] },
    });
    expect((await list()).body).toMatchObject([{ email: 'ada@example.com', source: 'verified' }]);

    const path = `/api/v1/subscribers/me?token=${token}`;
    const some = await visit('PATCH', path, { component_ids: [ids.shop, ids.api] });
    expect(some.body).toMatchObject({ whole_page: false, component_ids: [ids.api, ids.shop] });
    expect((await visit('PATCH', path, { whole_page: false })).status).toBe(200);
    expect((await visit('PATCH', path, { component_ids: [] })).body).toMatchObject({ whole_page: true });
    expect((await visit('PATCH', path, { whole_page: false })).status).toBe(422);
    expect((await visit('PATCH', path, { whole_page: true, component_ids: [ids.api] })).status).toBe(422);
    expect((await visit('PATCH', path, { component_ids: [ids.foreign] })).status).toBe(422);
    expect((await visit('PATCH', path, { email: 'eve@example.com' })).status).toBe(422);

    for (const _again of [1, 2]) {
      const left = await visit('POST', `/api/v1/subscribers/unsubscribe?token=${token}`);
      expect([left.status, left.body]).toEqual([200, { status: 'unsubscribed' }]);
    }
    expect((await me(token)).body).toMatchObject({ status: 'unsubscribed' });
    await pass(6);
    const back = await subscribe('Ada@Example.com', { component_ids: [ids.api] });
    expect(back).toBe(token);
    expect((await me(token)).body).toMatchObject({ status: 'active', component_ids: [ids.api] });
  });

  test('for components whose last one is deleted gets nothing, and keeps their settings', async () => {
    const { id } = (await daymark.api('POST', '/api/v1/pages/acme/components', { name: 'Soon gone' }))
      .body as {
      id: string;
    };
    const token = await subscribe('gone@example.com', { component_ids: [id] });
    await daymark.api('DELETE', `/api/v1/pages/acme/components/${id}`);
    expect((await me(token)).body).toMatchObject({ status: 'active', whole_page: false, component_ids: [] });
  });

  test('with an internationalized address, in whatever form it is typed, is one subscriber', async () => {
    const token = await subscribe(' Jürgen@Exämple.de ');
    expect((await me(token)).body).toMatchObject({ email: 'Jürgen@Exämple.de' });
    await pass(6);
    const typed = 'ju\u0308rgen@exa\u0308mple.de';
    const before = await mailsTo(daymark, 'Jürgen@Exämple.de');
    await signUp(typed);
    expect(await nextMail(daymark, 'Jürgen@Exämple.de', before)).toMatchObject({ kind: 'settings' });
  });

  test.each([
    ['no address', {}],
    ['no text', { email: 1 }],
    ['no domain', { email: 'ada' }],
    ['a domain of one label', { email: 'ada@localhost' }],
    ['two addresses', { email: 'a@b.example, c@d.example' }],
    ['a header', { email: 'a@b.example\r\nBcc: x@y.example' }],
    ['a name', { email: 'Ada <a@b.example>' }],
    ['an invisible sign', { email: 'a\u200bb@b.example' }],
    ['an IP address', { email: 'a@192.0.2.1' }],
    ['more than 254 bytes', { email: `a@${'ü'.repeat(60)}.${'ü'.repeat(60)}.${'b'.repeat(20)}` }],
    ['a field too many', { email: 'a@b.example', admin: true }],
    [
      'a component of another page',
      { email: 'a@b.example', component_ids: ['01a00000-0000-7000-8000-000000000000'] },
    ],
  ])('with %s is told what is wrong', async (_what, body) => {
    const answer = await visit('POST', '/api/v1/subscribers', body);
    expect([answer.status, answer.body]).toEqual([
      422,
      { detail: [expect.objectContaining({ loc: expect.any(Array) })] },
    ]);
  });
});

describe('A token', () => {
  test('verifies once, for a day, on its page', async () => {
    await signUp('once@example.com');
    const { token } = await nextMail(daymark, 'once@example.com');
    const verify = (path = '/api/v1/subscribers/verify') => visit('POST', path, { token });
    expect((await verify('/p/other/api/v1/subscribers/verify')).status).toBe(400);
    expect((await verify('/p/acme/api/v1/subscribers/verify')).status).toBe(200);
    expect([(await verify()).status, (await verify()).body]).toEqual([400, SENTENCE]);
    await signUp('late@example.com');
    const late = await nextMail(daymark, 'late@example.com');
    await database.execute('update sign_ups set expires_at = expires_at - 86400000');
    expect((await visit('POST', '/api/v1/subscribers/verify', { token: late.token })).status).toBe(400);
  });

  test('that nobody was given opens nothing', async () => {
    const token = await subscribe('kept@example.com');
    const forged = [`${token.slice(0, -1)}x`, token.split('.')[0]!, `${token}.${token}`, '', 'x', '%00'];
    for (const one of forged) {
      expect((await me(one)).status).toBe(400);
      expect((await visit('PATCH', `/api/v1/subscribers/me?token=${one}`, {})).status).toBe(400);
      expect((await visit('POST', `/api/v1/subscribers/unsubscribe?token=${one}`)).status).toBe(400);
      expect((await visit('POST', '/api/v1/subscribers/verify', { token: one })).status).toBe(400);
    }
    expect((await visit('GET', `/p/other/api/v1/subscribers/me?token=${token}`)).status).toBe(400);
    expect((await me(token)).body).toMatchObject({ status: 'active' });
  });

  test('is in no log', async () => {
    const token = await subscribe('quiet@example.com');
    await visit('POST', `/api/v1/subscribers/unsubscribe?token=${token}`);
    expect(daymark.output()).not.toContain(token);
    expect(daymark.output()).not.toContain('quiet@');
  });
});

describe('One click in a mail program', () => {
  test.each([
    ['urlencoded', FORM, 'List-Unsubscribe=One-Click'],
    [
      'multipart',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
    ],
  ])('unsubscribes by a form that its provider posts (%s)', async (kind, type, body) => {
    const token = await subscribe(`${kind}@example.com`);
    const path = `/p/acme/api/v1/subscribers/unsubscribe?token=${token}`;
    const answer = await visit('POST', path, body, { 'content-type': type });
    expect([answer.status, answer.headers['set-cookie']]).toEqual([200, undefined]);
    expect((await me(token)).body).toMatchObject({ status: 'unsubscribed' });
  });

  test('changes nothing when a scanner only looks, and leads a browser to a button', async () => {
    const token = await subscribe('scanned@example.com');
    const path = `/p/acme/api/v1/subscribers/unsubscribe?token=${token}`;
    for (const method of ['GET', 'HEAD']) {
      const answer = await visit(method, path);
      expect([answer.status, new URL(answer.headers.location!, `http://x${path}`).pathname]).toEqual([
        303,
        '/p/acme/unsubscribe/',
      ]);
    }
    expect((await me(token)).body).toMatchObject({ status: 'active' });
  });

  test('works below an address that the page has left, and for who was erased', async () => {
    const page = (await daymark.api('POST', '/api/v1/pages', { name: 'Moving', slug: 'moving' })).body as {
      id: string;
    };
    const made = await daymark.api('POST', '/api/v1/pages/moving/subscribers', { email: 'm@example.com' });
    await visit('POST', '/p/moving/api/v1/subscribers', { email: 'n@example.com' });
    const { token } = await nextMail(daymark, 'n@example.com');
    const { manage_token } = (await visit('POST', '/p/moving/api/v1/subscribers/verify', { token })).body as {
      manage_token: string;
    };
    await daymark.api('PATCH', `/api/v1/pages/${page.id}`, { slug: 'moved' });
    const leave = () =>
      visit(
        'POST',
        `/p/moving/api/v1/subscribers/unsubscribe?token=${manage_token}`,
        'List-Unsubscribe=One-Click',
        {
          'content-type': FORM,
        },
      );
    expect((await leave()).status).toBe(200);
    const [left] = (await daymark.api('GET', '/api/v1/pages/moved/subscribers?email=n%40')).body as {
      id: string;
      status: string;
    }[];
    expect(left?.status).toBe('unsubscribed');
    await daymark.api('DELETE', `/api/v1/pages/moved/subscribers/${left?.id}`);
    expect((await leave()).status).toBe(200);
    expect(made.status).toBe(201);
  });
});

describe('A form without a script', () => {
  const post = (body: string, path = '/p/acme/api/v1/subscribers', headers: Record<string, string> = {}) =>
    visit('POST', path, body, { 'content-type': FORM, origin: 'https://elsewhere.example', ...headers });

  test('leads to a page that says what comes next, below the address that it posted to', async () => {
    const sent = await post(`email=form%40example.com&follow=components&component_ids=${ids.api}`);
    expect([sent.status, sent.headers.location, sent.text]).toEqual([303, '/p/acme/subscribe/sent/', '']);
    expect((await post('email=form2%40example.com', '/api/v1/subscribers')).headers.location).toBe(
      '/subscribe/sent/',
    );
    const { token } = await nextMail(daymark, 'form@example.com');
    const verified = await visit('POST', '/api/v1/subscribers/verify', `token=${token}`, {
      'content-type': FORM,
    });
    const { manage_token } = verified.body as { manage_token: string };
    expect((await me(manage_token)).body).toMatchObject({ component_ids: [ids.api] });
  });

  test('takes the whole page when that is chosen, whatever was ticked before', async () => {
    await post(`email=whole%40example.com&follow=page&component_ids=${ids.api}`);
    const { token } = await nextMail(daymark, 'whole@example.com');
    const { manage_token } = (await visit('POST', '/api/v1/subscribers/verify', { token })).body as {
      manage_token: string;
    };
    expect((await me(manage_token)).body).toMatchObject({ whole_page: true, component_ids: [] });
  });

  test.each([
    ['without an address', 'email='],
    ['with half an address', 'email=ada%40'],
    ['that would choose and chooses nothing', 'email=a%40example.com&follow=components'],
    ['with a component that is not there', 'email=a%40example.com&component_ids=x'],
  ])('%s leads to a page that says what to look at', async (_what, body) => {
    const failed = await post(body);
    expect([failed.status, failed.headers.location]).toEqual([303, '/p/acme/subscribe/error/']);
  });
});

describe('Nobody learns', () => {
  test('whether an address is known: the answer is the same, and so is the work that is done for it', async () => {
    await subscribe('known@example.com');
    const left = await subscribe('left@example.com');
    await visit('POST', `/api/v1/subscribers/unsubscribe?token=${left}`);
    await pass(6);
    const counts = async () => {
      const { rows } = await database.execute(
        'select (select count(*) from sign_ups) as s, (select count(*) from letters) as l, (select count(*) from audit_events) as a',
      );
      return [rows[0]!.s, rows[0]!.l, rows[0]!.a].map(Number);
    };
    const seen: unknown[] = [];
    for (const email of ['known@example.com', 'left@example.com', 'never@example.com', 'known@example.com']) {
      const before = await counts();
      const { status, text, headers } = await signUp(email);
      const { date: _date, ...rest } = headers;
      const after = await counts();
      seen.push([status, text, rest, after.map((n, place) => n - before[place]!)]);
    }
    expect(seen).toEqual(seen.map(() => seen[0]));
    expect(seen[0]).toEqual([202, expect.any(String), expect.anything(), [1, 1, 0]]);
  });

  test('and somebody who is there already gets the link to their settings, once', async () => {
    await subscribe('twice@example.com');
    await pass(6);
    const before = await mailsTo(daymark, 'twice@example.com');
    await signUp('twice@example.com');
    const mail = await nextMail(daymark, 'twice@example.com', before);
    expect([mail.kind, (await me(mail.token)).body]).toEqual([
      'settings',
      expect.objectContaining({ email: 'twice@example.com' }),
    ]);
    await signUp('twice@example.com');
    expect(await mailsTo(daymark, 'twice@example.com')).toHaveLength(before.length + 1);
  });
});

describe('Too many', () => {
  const mails = async (address: string) => (await mailsTo(daymark, address)).length;

  test('mails to an address: one in five minutes and three a day from a page, five an hour from all of them', async () => {
    for (const [minutes, expected] of [
      [0, 1],
      [1, 1],
      [5, 2],
      [5, 3],
      [10, 3],
    ] as const) {
      await pass(minutes);
      expect((await signUp('many@example.com')).status).toBe(202);
      expect(await mails('many@example.com')).toBe(expected);
    }
    await pass(24 * 60);
    for (let page = 0; page < 6; page++) {
      await daymark.api('POST', '/api/v1/pages', { name: `Many ${page}`, slug: `many-${page}` });
      const answer = await visit('POST', `/p/many-${page}/api/v1/subscribers`, { email: 'MANY@example.com' });
      expect(answer.status).toBe(202);
    }
    const sent = (await mails('many@example.com')) + (await mails('MANY@example.com'));
    expect(sent).toBe(3 + 5);
  });

  test('mails to a mailbox by its plus-addresses: they count together, up to five an hour', async () => {
    for (let n = 0; n < 7; n++) expect((await signUp(`box+${n}@example.com`)).status).toBe(202);
    const sent = await Promise.all(Array.from({ length: 7 }, (_, n) => mails(`box+${n}@example.com`)));
    expect(sent).toEqual([1, 1, 1, 1, 1, 0, 0]);
    expect((await signUp('+box@example.com')).status).toBe(202);
    expect(await mails('+box@example.com')).toBe(1);
  });

  test('sign-ups from one client: a 429 that says how long to wait; a form is led to its page', async () => {
    const from = (address: string, n: number) =>
      visit('POST', '/api/v1/subscribers', { email: `c${n}@example.com` }, { 'x-forwarded-for': address });
    for (let n = 0; n < 20; n++) expect((await from(`2001:db8:1:2:${n}::1`, n)).status).toBe(202);
    const refused = await from('2001:db8:1:2:ffff::1', 20);
    expect([refused.status, refused.body]).toEqual([429, SENTENCE]);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3_500);
    expect(await mails('c20@example.com')).toBe(0);
    const form = await visit('POST', '/api/v1/subscribers', 'email=c21%40example.com', {
      ...{ 'content-type': FORM, 'x-forwarded-for': '203.0.113.9, 2001:db8:1:2::7' },
    });
    expect([form.status, form.headers.location]).toEqual([303, '/subscribe/error/']);
    // The next network, and an hour later the same one.
    expect((await from('2001:db8:1:3::1', 22)).status).toBe(202);
    await pass(60);
    expect((await from('2001:db8:1:2::1', 23)).status).toBe(202);
  });
});

describe('The addresses for subscribers', () => {
  test.each([
    ['GET', '/api/v1/subscribers', 'POST, OPTIONS'],
    ['DELETE', '/p/acme/api/v1/subscribers', 'POST, OPTIONS'],
    ['GET', '/api/v1/subscribers/verify', 'POST, OPTIONS'],
    ['POST', '/api/v1/subscribers/me', 'GET, PATCH, HEAD, OPTIONS'],
  ])('%s %s is told the methods', async (method, path, allow) => {
    const answer = await visit(method, path);
    expect([answer.status, answer.headers.allow, answer.body]).toEqual([405, allow, SENTENCE]);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('refuse what is no JSON and no form, what is too large, and what is no page', async () => {
    const text = await visit('POST', '/api/v1/subscribers', 'x', { 'content-type': 'text/plain' });
    expect(text.status).toBe(415);
    expect((await visit('POST', '/api/v1/subscribers', '{')).status).toBe(400);
    expect((await visit('POST', '/api/v1/subscribers', { email: 'x'.repeat(300_000) })).status).toBe(413);
    expect((await visit('POST', '/p/nowhere/api/v1/subscribers', { email: 'a@b.example' })).status).toBe(404);
    const broken = await visit('POST', '/api/v1/subscribers/unsubscribe?token=x', 'x', {
      'content-type': 'multipart/form-data',
    });
    expect(broken.status).toBe(400);
  });
});
