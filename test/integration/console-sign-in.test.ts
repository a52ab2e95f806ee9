/** Signing in and out through the front door: what the form says, what the cookie is, what a session may. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OWNER, OWNER_ENV, signedIn, Visitor } from '../server/console.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { send } from '../server/http.ts';

const WRONG = 'The address or the password is wrong.';

let daymark: Daymark;
beforeAll(async () => {
  daymark = await startDaymark({ env: OWNER_ENV });
});
afterAll(() => daymark.stop());

describe('The sign-in page', () => {
  test('leads on to where one wanted to go', async () => {
    const visitor = new Visitor(daymark.url);
    const asked = await visitor.get('/console/?a=1');
    expect([asked.status, asked.headers.location]).toEqual([
      303,
      '/console/sign-in/?to=%2Fconsole%2F%3Fa%3D1',
    ]);
    const page = await visitor.get(asked.headers.location!);
    expect(page.status).toBe(200);
    expect(page.text).toContain('name="to" value="/console/?a=1"');
    const done = await visitor.post('/console/sign-in/', { ...OWNER, to: '/console/?a=1' });
    expect([done.status, done.headers.location]).toEqual([303, '/console/?a=1']);
    expect((await visitor.get('/console/')).status).toBe(200);
  });

  test.each([
    '//evil.example/',
    'https://evil.example/',
    '/\\evil.example',
    '/.//evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    'evil.example',
  ])('never leads to another host: %s', async (to) => {
    const done = await new Visitor(daymark.url).post('/console/sign-in/', { ...OWNER, to });
    expect([done.status, done.headers.location]).toEqual([303, '/console/']);
    const page = await new Visitor(daymark.url).get(`/console/sign-in/?${new URLSearchParams({ to })}`);
    expect(page.text).toContain('name="to" value="/console/"');
  });

  test('says the same of a wrong password and of an address that nobody has, and keeps what was typed', async () => {
    const texts = await Promise.all(
      [OWNER.email, 'nobody@northwind.example'].map(async (email) => {
        const answer = await new Visitor(daymark.url).post('/console/sign-in/', { email, password: 'wrong' });
        expect(answer.status).toBe(422);
        expect(answer.text).toContain(WRONG);
        expect(answer.text).toContain(`value="${email}"`);
        expect(answer.text).not.toContain('value="wrong"');
        return answer.text.replaceAll(email, '').replace(/nonce="[^"]*"/g, '');
      }),
    );
    expect(texts[0]).toBe(texts[1]);
  });

  test('sets a cookie that no script reads, no other host gets, and no other site sends along with a form', async () => {
    const done = await new Visitor(daymark.url).post('/console/sign-in/', OWNER);
    const [cookie = ''] = done.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^daymark_session=[\w-]{43}; HttpOnly; Max-Age=\d+; Path=\/; SameSite=Lax$/);
  });

  test('keeps what was being sent when the session was over', async () => {
    const visitor = await signedIn(daymark);
    visitor.cookies.clear();
    const over = await visitor.post('/console/sign-out/', { title: 'Down & "out"', boxes: ['a', 'b'] });
    expect(over.status).toBe(401);
    expect(over.text).toContain('name="carried:title" value="Down &amp; &quot;out&quot;"');
    const again = await visitor.post('/console/sign-in/', {
      ...OWNER,
      to: '/console/sign-out/',
      'carried:title': 'Down & "out"',
      'carried:boxes': ['a', 'b'],
    });
    expect(again.status).toBe(200);
    expect(again.text).toContain('action="/console/sign-out/"');
    expect(again.text).toContain('name="title" value="Down &amp; &quot;out&quot;"');
    expect(again.text.match(/name="boxes" value="[ab]"/g)).toHaveLength(2);
  });
});

describe('Signing out', () => {
  test('ends the session, not just the cookie', async () => {
    const visitor = await signedIn(daymark);
    const cookies = new Map(visitor.cookies);
    expect((await visitor.get('/console/sign-out/')).status).toBe(200);
    expect((await visitor.get('/console/')).status).toBe(200);
    const done = await visitor.post('/console/sign-out/');
    expect([done.status, done.headers.location]).toEqual([303, '/console/sign-in/']);
    expect(visitor.cookies.has('daymark_session')).toBe(false);
    expect((await visitor.get('/console/sign-in/')).text).toContain('You are signed out.');
    expect((await visitor.get('/console/sign-in/')).text).not.toContain('You are signed out.');
    for (const [name, value] of cookies) visitor.cookies.set(name, value);
    expect((await visitor.get('/console/')).status).toBe(303);
  });

  test('works by the API, too', async () => {
    const visitor = new Visitor(daymark.url);
    const made = await visitor.api('POST', '/api/v1/session', OWNER);
    expect([made.status, made.body]).toEqual([
      200,
      expect.objectContaining({ email: OWNER.email, role: 'owner', second_factor: false }),
    ]);
    expect((await visitor.api('GET', '/api/v1/pages')).status).toBe(200);
    expect((await visitor.api('DELETE', '/api/v1/session', undefined, { origin: '' })).status).toBe(403);
    const { cookies } = visitor;
    const kept = new Map(cookies);
    expect((await visitor.api('DELETE', '/api/v1/session')).status).toBe(204);
    expect(cookies.size).toBe(0);
    for (const [name, value] of kept) cookies.set(name, value);
    expect((await visitor.api('GET', '/api/v1/pages')).status).toBe(401);
  });
});

describe('The console', () => {
  test('lets no script and no style run but its own, and is not kept', async () => {
    const page = await (await signedIn(daymark)).get('/console/');
    const policy = String(page.headers['content-security-policy']);
    const nonce = /style-src 'nonce-([\w-]+)'/.exec(policy)?.[1];
    expect(policy).not.toContain('unsafe');
    expect(page.text).toContain(`<style nonce="${nonce}">`);
    expect(page.text).not.toMatch(/ style="/);
    expect(page.headers['cache-control']).toBe('no-store');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    const other = await new Visitor(daymark.url).get('/console/sign-in/');
    expect(String(other.headers['content-security-policy'])).not.toContain(nonce);
  });

  test('is on the host of PUBLIC_URL alone; other hosts lead there', async () => {
    const answer = await send('GET', `${daymark.url}/console/?a=b`, undefined, {
      host: 'status.example.com',
    });
    expect([answer.status, answer.headers.location]).toEqual([302, `${daymark.url}/console/?a=b`]);
    const visitor = await signedIn(daymark);
    const elsewhere = await visitor.get('/api/v1/pages', { host: 'status.example.com' });
    expect(elsewhere.status).toBe(401);
  });
});
