import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BehindItsBack, behindItsBack } from '../fixtures/behind-its-back.ts';
import { mailsTo, nextMail } from '../fixtures/letters.ts';
import { type Daymark, runCli, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';
import type { Answer } from '../server/http.ts';

const FORM = 'application/x-www-form-urlencoded';

let daymark: Daymark;
let database: BehindItsBack;
const ids = { api: '', shop: '' };

const visit = (
  method: string,
  path: string,
  form?: string,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  daymark.api(method, path, form, {
    authorization: '',
    accept: 'text/html',
    'content-type': FORM,
    ...headers,
  });

async function signedUp(email: string, more: object = {}): Promise<string> {
  const before = await mailsTo(daymark, email);
  await daymark.api('POST', '/p/acme/api/v1/subscribers', { email, ...more }, { authorization: '' });
  return (await nextMail(daymark, email, before)).token;
}
async function subscribed(email: string, more: object = {}): Promise<string> {
  const token = await signedUp(email, more);
  const answer = await daymark.api(
    'POST',
    '/p/acme/api/v1/subscribers/verify',
    { token },
    { authorization: '' },
  );
  return (answer.body as { manage_token: string }).manage_token;
}
/** Everything about subscribers that there is, to be compared. */
async function everything(): Promise<string> {
  const tables = ['subscribers', 'subscriber_components', 'sign_ups', 'letters', 'audit_events', 'erasures'];
  const rows = await Promise.all(tables.map((table) => database.execute(`select * from ${table}`)));
  // A letter may be on its way.
  return JSON.stringify(
    rows.map((one) => one.rows.map(({ id, email, status, used_at }) => [id, email, status, used_at])),
  );
}

beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'Acme & Sons', slug: 'acme', languages: ['en', 'de'] });
  const make = async (name: string) => {
    const wait = { prefer: 'wait=30' };
    const { body } = await daymark.api('POST', '/api/v1/pages/acme/components', { name }, wait);
    return (body as { id: string }).id;
  };
  ids.api = await make('API');
  ids.shop = await make('<Shop>');
  database = behindItsBack(daymark);
});
afterAll(async () => {
  await database.close();
  await daymark.stop();
});

describe('The form of a page', () => {
  test('is a published file that posts to the operator’s own host, in each language', async () => {
    const form = await visit('GET', '/p/acme/subscribe/');
    expect([form.status, form.headers['cache-control']]).toEqual([200, expect.stringContaining('public')]);
    expect(form.text).toContain(`action="${daymark.url}/p/acme/api/v1/subscribers"`);
    expect(form.headers['content-security-policy']).toContain(`form-action ${daymark.url};`);
    expect(form.text).toContain(`value="${ids.shop}"`);
    expect(form.text.includes('<Shop>')).toBe(false);
    expect((await visit('GET', '/p/acme/')).text).toMatch(/href="\.\/subscribe\/"[^>]*>\s*Get updates/);
    const german = await visit('GET', '/p/acme/de/subscribe/');
    const action = /action="([^"]+)"/.exec(german.text)![1]!.slice(daymark.url.length);
    const sent = await visit('POST', action, 'email=de%40example.com');
    expect(sent.headers.location).toBe('/p/acme/de/subscribe/sent/');
    for (const path of ['subscribe/sent/', 'subscribe/error/', 'de/subscribe/sent/', 'de/subscribe/error/'])
      expect([path, (await visit('GET', `/p/acme/${path}`)).status]).toEqual([path, 200]);
  });

  test('follows what the components are called, and not how they do', async () => {
    const etag = async () => (await visit('GET', '/p/acme/subscribe/')).headers.etag;
    const change = (body: object) =>
      daymark.api('PATCH', `/api/v1/pages/acme/components/${ids.api}`, body, { prefer: 'wait=30' });
    const first = await etag();
    await change({ status: 'major_outage' });
    expect(await etag()).toBe(first);
    await change({ name: 'The API' });
    expect((await visit('GET', '/p/acme/subscribe/')).text).toContain('The API');
    await change({ name: 'API', status: 'operational' });
  });
});

describe('A page for who holds a token', () => {
  test('changes nothing when it is only looked at', async () => {
    const waiting = await signedUp('looked@example.com');
    const token = await subscribed('at@example.com');
    const before = await everything();
    const looked = [
      `subscribe/verify/?token=${waiting}`,
      `subscribe/manage/?token=${token}`,
      `unsubscribe/?token=${token}`,
    ];
    for (const path of looked) {
      for (const method of ['GET', 'HEAD', 'OPTIONS']) {
        const answer = await visit(method, `/p/acme/${path}`);
        expect([path, method, answer.status]).toEqual([path, method, method === 'OPTIONS' ? 204 : 200]);
      }
      const { headers, text } = await visit('GET', `/p/acme/${path}`);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'content-type': 'text/html; charset=utf-8',
        'referrer-policy': 'same-origin',
        'content-security-policy': expect.stringMatching(/form-action 'self';(?!.*unsafe)/),
      });
      expect(text).toContain('name="robots" content="noindex"');
    }
    expect(await everything()).toBe(before);
  });

  test('confirms by its button, once, and leads to the settings', async () => {
    const path = `/p/acme/subscribe/verify/?token=${await signedUp('button@example.com', { component_ids: [ids.api] })}`;
    expect((await visit('GET', path)).text).toContain('button@example.com');
    const done = await visit('POST', path, '');
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('You are subscribed')]);
    const settings = /href="(\.\.\/\.\.\/subscribe\/manage\/\?token=[^"]+)"/.exec(done.text)![1]!;
    const shown = await visit('GET', new URL(settings, daymark.url + path).href.slice(daymark.url.length));
    expect(shown.text).toMatch(new RegExp(`value="${ids.api}" checked`));
    for (const method of ['GET', 'POST']) {
      const stale = await visit(method, path, method === 'POST' ? '' : undefined);
      expect([stale.status, stale.text]).toEqual([400, expect.stringContaining('This link no longer holds')]);
    }
  });

  test('changes what one receives, and says so', async () => {
    const path = `/p/acme/subscribe/manage/?token=${await subscribed('choice@example.com')}`;
    const some = await visit(
      'POST',
      path,
      `follow=components&component_ids=${ids.shop}&component_ids=${ids.api}`,
    );
    expect(some.text).toContain('Saved.');
    expect(some.text).toMatch(new RegExp(`value="${ids.shop}" checked`));
    const none = await visit('POST', path, 'follow=components');
    expect(none.text).toContain('Tick at least one component');
    expect((await visit('GET', path)).text).toMatch(new RegExp(`value="${ids.shop}" checked`));
    expect((await visit('POST', path, `follow=page&component_ids=${ids.shop}`)).text).toMatch(
      /value="page" checked/,
    );
  });

  test('says why nothing comes: the last component is gone, one has left, the mailbox is unknown', async () => {
    const { id } = (
      await daymark.api('POST', '/api/v1/pages/acme/components', { name: 'Gone' }, { prefer: 'wait=30' })
    ).body as { id: string };
    const path = `/p/acme/subscribe/manage/?token=${await subscribed('why@example.com', { component_ids: [id] })}`;
    await daymark.api('DELETE', `/api/v1/pages/acme/components/${id}`, undefined, { prefer: 'wait=30' });
    expect((await visit('GET', path)).text).toContain('were removed from this page, so nothing is sent');
    await database.execute("update subscribers set suppressed_at = 1 where email = 'why@example.com'");
    expect((await visit('GET', path)).text).toContain('came back, so none are sent');
    await database.execute("update subscribers set status = 'unsubscribed' where email = 'why@example.com'");
    const left = await visit('GET', path);
    expect(left.text).toContain('You have unsubscribed');
    expect(left.text).not.toContain('<form');
  });

  test('unsubscribes by its button, however often', async () => {
    const token = await subscribed('leave@example.com');
    const path = `/p/acme/unsubscribe/?token=${token}`;
    const led = await visit('GET', `/p/acme/api/v1/subscribers/unsubscribe?token=${token}`);
    expect(new URL(led.headers.location!, `${daymark.url}/p/acme/api/v1/subscribers/unsubscribe`).href).toBe(
      daymark.url + path,
    );
    for (const _again of [1, 2]) {
      const done = await visit('POST', path, '');
      expect([done.status, done.text]).toEqual([200, expect.stringContaining('You are unsubscribed')]);
    }
    expect((await visit('GET', path)).text).toContain('You are unsubscribed');
  });

  test('opens nothing for a token that is not ours', async () => {
    const token = await subscribed('mine@example.com');
    for (const wrong of ['', 'x', `${token}x`, token.split('.')[0]!, '%22%3E%3Cscript%3E'])
      for (const page of ['subscribe/verify', 'subscribe/manage', 'unsubscribe'])
        for (const method of ['GET', 'POST']) {
          const body = method === 'POST' ? '' : undefined;
          const answer = await visit(method, `/p/acme/${page}/?token=${wrong}`, body);
          expect([page, method, answer.status]).toEqual([page, method, 400]);
          expect(/mine@example|"><script>/.test(answer.text)).toBe(false);
        }
  });

  test('is reached without its slash, not by other methods, and not where there is no page', async () => {
    const short = await visit('GET', '/p/acme/unsubscribe?token=x');
    expect([short.status, short.headers.location]).toEqual([308, './unsubscribe/?token=x']);
    const answer = await visit('DELETE', '/p/acme/subscribe/manage/?token=x');
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, POST, HEAD, OPTIONS']);
    expect((await visit('GET', '/p/nowhere/unsubscribe/?token=x')).status).toBe(404);
    const json = await visit('POST', '/p/acme/unsubscribe/?token=x', '{}', {
      'content-type': 'application/json',
    });
    expect(json.status).toBe(415);
  });

  test('and the sign-up work on the page’s own domain', async () => {
    const host = { host: 'status.acme.example' };
    await daymark.api('PATCH', '/api/v1/pages/acme', { domain: host.host });
    expect((await runCli(['domains', 'allow', host.host], { DATA_DIR: daymark.dataDir })).code).toBe(0);
    await until(
      async () => (await visit('GET', '/revision.json', undefined, host)).status === 200,
      'the domain routes',
    );
    const sent = await visit('POST', '/api/v1/subscribers', 'email=own%40example.com', host);
    expect([sent.status, sent.headers.location]).toEqual([303, '/subscribe/sent/']);
    const { token } = await nextMail(daymark, 'own@example.com');
    const done = await visit('POST', `/subscribe/verify/?token=${token}`, '', host);
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('You are subscribed')]);
  });
});
