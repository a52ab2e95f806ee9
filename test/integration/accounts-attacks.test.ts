/** What somebody tries who wants in, or wants more than their role gives. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROLES, type Role } from '../../db/accounts.ts';
import { scopesOf } from '../../src/auth/roles.ts';
import { documentOf, operationsOf } from '../fixtures/operations.ts';
import { openDesk } from '../mail/desk.ts';
import { linkTo, newMember, OWNER, OWNER_ENV, signedIn, Visitor } from '../server/console.ts';
import { type Daymark, runCli, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';
import { send } from '../server/http.ts';

const DOMAIN = 'status.acme.example';

let daymark: Daymark;
let owner: Visitor;
beforeAll(async () => {
  daymark = await startDaymark({ env: OWNER_ENV });
  await firstPage(daymark, { name: 'Acme', domain: DOMAIN });
  owner = await signedIn(daymark);
});
afterAll(() => daymark.stop());

/** How many things there are that an attack would change. */
async function facts(): Promise<unknown> {
  const { store, close } = await openDesk(daymark.dataDir);
  const rows = await store.read.all(sql`select (select count(*) from pages) as pages,
    (select count(*) from users) as users, (select count(*) from api_keys) as keys,
    (select count(*) from account_tokens) as tokens, (select count(*) from sessions) as sessions`);
  await close();
  return rows[0];
}

describe('Session fixation', () => {
  test('a cookie that was planted before the sign-in is not the session after it', async () => {
    const victim = new Visitor(daymark.url);
    const planted = 'A'.repeat(43);
    victim.cookies.set('daymark_session', planted);
    expect((await victim.post('/console/sign-in/', OWNER)).status).toBe(303);
    expect(victim.cookies.get('daymark_session')).not.toBe(planted);
    const attacker = new Visitor(daymark.url);
    attacker.cookies.set('daymark_session', planted);
    expect((await attacker.get('/console/')).status).toBe(303);
  });

  test('the session that a browser had ends when somebody else signs in there', async () => {
    const browser = await signedIn(daymark, await newMember(daymark, 'first@northwind.example', 'viewer'));
    const before = browser.cookies.get('daymark_session')!;
    expect((await browser.post('/console/sign-in/', OWNER)).status).toBe(303);
    const old = new Visitor(daymark.url);
    old.cookies.set('daymark_session', before);
    expect((await old.get('/console/')).status).toBe(303);
  });
});

describe('A forged request', () => {
  const FOREIGN = ['https://evil.example', 'null', '', 'http://127.0.0.1', 'http://127.0.0.1.evil.example'];

  test('by a form of another site is refused at every page of the console', async () => {
    const before = await facts();
    for (const origin of FOREIGN) {
      for (const path of ['account', 'organization', 'sign-out', 'sign-in', 'password', 'invitation', '']) {
        const url = path === '' ? '/console/' : `/console/${path}/`;
        const fields = { do: 'leave', slug: 'acme', ...OWNER };
        const answer = await owner.post(url, fields, { origin, referer: `${daymark.url}/console/` });
        expect([origin, path, answer.status]).toEqual([origin, path, 403]);
        expect(answer.headers['set-cookie']).toBeUndefined();
      }
    }
    expect(await facts()).toEqual(before);
  });

  test('by a script of another site is refused at every route of the API that changes something', async () => {
    const before = await facts();
    const writes = operationsOf(await documentOf(daymark)).filter(
      ({ method, scope }) => method !== 'GET' && scope !== null,
    );
    for (const { method, path } of writes) {
      for (const origin of FOREIGN) {
        for (const type of ['application/json', 'text/plain']) {
          const target = path
            .replace('{page}', 'acme')
            .replace(/\{\w+\}/g, '01a00000-0000-7000-8000-000000000000');
          const answer = await owner.api(method, target, {}, { origin, 'content-type': type });
          expect([method, path, origin, answer.status]).toEqual([method, path, origin, 403]);
        }
      }
    }
    const session = await owner.api('DELETE', '/api/v1/session', undefined, {
      origin: 'https://evil.example',
    });
    expect(session.status).toBe(403);
    const signIn = await new Visitor(daymark.url).api('POST', '/api/v1/session', OWNER, {
      origin: 'https://evil.example',
    });
    expect([signIn.status, signIn.headers['set-cookie']]).toEqual([403, undefined]);
    expect(await facts()).toEqual(before);
  });

  test('gets nothing to read either: no answer of the console or API may be read by other sites', async () => {
    for (const path of ['/console/', '/api/v1/pages', '/api/v1/members']) {
      const answer = await owner.api('GET', path, undefined, { origin: 'https://evil.example' });
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});

describe('Guessing', () => {
  test('ends after ten tries of an account, whatever is guessed then, and says when to come back', async () => {
    const { email, password } = await newMember(daymark, 'goal@northwind.example', 'viewer');
    const guess = (text: string) =>
      new Visitor(daymark.url).api('POST', '/api/v1/session', { email, password: text });
    const first = await Promise.all(Array.from({ length: 10 }, (_, n) => guess(`guess number ${n}`)));
    expect(first.map(({ status }) => status)).toEqual(Array(10).fill(401));
    const right = await guess(password);
    expect([right.status, Number(right.headers['retry-after']) > 800]).toEqual([429, true]);
    const form = await new Visitor(daymark.url).post('/console/sign-in/', { email, password });
    expect([form.status, form.text.includes('Too many attempts.')]).toEqual([429, true]);
    // Nobody else is kept out.
    await signedIn(daymark);
  });

  test('tells by the API as little as by the form', async () => {
    const [known, unknown] = await Promise.all(
      [OWNER.email, 'nobody@northwind.example'].map((email) =>
        new Visitor(daymark.url).api('POST', '/api/v1/session', { email, password: 'wrong' }),
      ),
    );
    expect([known!.status, known!.text]).toEqual([unknown!.status, unknown!.text]);
    expect(Object.keys(known!.headers).sort()).toEqual(Object.keys(unknown!.headers).sort());
  });
});

describe('A role', () => {
  const visitors = new Map<Role, Visitor>();
  beforeAll(async () => {
    for (const role of ROLES)
      visitors.set(role, await signedIn(daymark, await newMember(daymark, `${role}@roles.example`, role)));
  });

  test.each(ROLES)('opens to a member who is %s what its scopes open, and nothing else', async (role) => {
    const scopes = new Set<string>(scopesOf(role));
    const managed = operationsOf(await documentOf(daymark)).filter(({ scope }) => scope !== null);
    expect(managed.length).toBeGreaterThan(45);
    const wrong: string[] = [];
    for (const { method, path, scope } of managed) {
      const target = (page: string) =>
        path.replace('{page}', page).replace(/\{\w+\}/g, '01a00000-0000-7000-8000-000000000000');
      // On a page that is not there, so that nothing is changed.
      const answer = await visitors
        .get(role)!
        .api(method, target('nowhere'), method === 'GET' ? undefined : '[');
      const isOpen = answer.status !== 403;
      if (isOpen !== scopes.has(scope!)) wrong.push(`${method} ${path}: ${answer.status} ${answer.text}`);
    }
    expect(wrong).toEqual([]);
  });

  test('of a viewer changes nothing, and one that is unknown does not come in by the body', async () => {
    const viewer = visitors.get('viewer')!;
    const before = await facts();
    for (const path of ['pages', 'api-keys', 'invitations', 'pages/acme/components', 'pages/acme/incidents'])
      expect((await viewer.api('POST', `/api/v1/${path}`, { name: 'x', role: 'owner' })).status).toBe(403);
    expect((await viewer.post('/console/organization/', { do: 'delete', slug: 'acme' })).status).toBe(403);
    const me = {
      email: 'viewer@roles.example',
      password: 'viewer@roles.example has this one',
      role: 'owner',
    };
    expect((await new Visitor(daymark.url).api('POST', '/api/v1/session', me)).status).toBe(422);
    expect(await facts()).toEqual(before);
  });
});

describe('Another organization', () => {
  test('is not there for its neighbour', async () => {
    const charlie = await signedIn(
      daymark,
      await newMember(daymark, 'c@charlie.example', 'owner', 'charlie'),
    );
    const [owners] = (await owner.api('GET', '/api/v1/members')).body as { id: string }[];
    const path = `/api/v1/members/${owners!.id}`;
    for (const [method, body] of [['GET'], ['PATCH', { role: 'viewer' }], ['DELETE']] as const)
      expect((await charlie.api(method, path, body)).status).toBe(404);
    expect((await charlie.api('GET', '/api/v1/members')).text).not.toContain(owners!.id);
    expect((await charlie.api('GET', '/api/v1/pages/acme')).status).toBe(404);
    expect((await charlie.get('/console/')).text).not.toContain('Acme');
  });
});

describe('An invitation', () => {
  test('that is used twice at once makes one member', async () => {
    const email = 'twice@northwind.example';
    await owner.api('POST', '/api/v1/invitations', { email, role: 'viewer' });
    const { token } = await linkTo(daymark, email, '/console/invitation/');
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, n) =>
        new Visitor(daymark.url).post('/console/invitation/', {
          ...{ token, name: `Number ${n}`, password: 'a good long password' },
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(answers.filter((one) => one.headers['set-cookie'])).toHaveLength(1);
    const members = (await owner.api('GET', '/api/v1/members?per_page=500')).body as { email: string }[];
    expect(members.filter((one) => one.email === email)).toHaveLength(1);
  });

  test('of a member who was removed goes with them', async () => {
    const admin = await newMember(daymark, 'gone@northwind.example', 'admin');
    const session = await signedIn(daymark, admin);
    const email = 'friend@northwind.example';
    await session.api('POST', '/api/v1/invitations', { email, role: 'admin' });
    const { path } = await linkTo(daymark, email, '/console/invitation/');
    expect((await new Visitor(daymark.url).get(path)).status).toBe(200);
    const members = (await owner.api('GET', '/api/v1/members?per_page=500')).body as {
      id: string;
      email: string;
    }[];
    const { id } = members.find((one) => one.email === admin.email)!;
    expect((await owner.api('DELETE', `/api/v1/members/${id}`)).status).toBe(204);
    expect((await new Visitor(daymark.url).get(path)).status).toBe(404);
  });

  test('and a reset, as the database holds them, open nothing', async () => {
    await owner.api('POST', '/api/v1/invitations', { email: 'stolen@northwind.example', role: 'owner' });
    const { store, close } = await openDesk(daymark.dataDir);
    const rows = await store.read.all<{ hash: string }>(sql`select token_hash as hash from account_tokens`);
    await close();
    expect(rows.length).toBeGreaterThan(0);
    for (const { hash } of rows) {
      const forms = [hash, Buffer.from(hash, 'hex').toString('base64url')];
      for (const token of forms) {
        expect((await new Visitor(daymark.url).get(`/console/invitation/?token=${token}`)).status).toBe(404);
        expect((await new Visitor(daymark.url).get(`/console/password/?token=${token}`)).status).toBe(404);
      }
    }
  });
});

describe('On a page’s own domain', () => {
  test('there is no console, no sign-in and no session', async () => {
    await runCli(['domains', 'allow', DOMAIN], { DATA_DIR: daymark.dataDir });
    const at = (method: string, path: string, body?: unknown, headers = {}) =>
      send(method, daymark.url + path, body, { host: DOMAIN, ...headers });
    await until(async () => (await at('GET', '/console/')).status === 404, 'the domain routes');
    for (const path of ['/console', '/console/', '/console/sign-in/', '/console/account/', '/%63onsole/'])
      expect([path, (await at('GET', path)).status]).toEqual([path, 404]);
    const cookie = [...owner.cookies].map((pair) => pair.join('=')).join('; ');
    const origin = daymark.url;
    expect((await at('POST', '/api/v1/session', OWNER, { origin })).status).toBe(404);
    expect((await at('POST', '/console/sign-in/', OWNER, { origin })).status).toBe(404);
    expect((await at('GET', '/api/v1/pages', undefined, { cookie })).status).toBe(404);
    const document = await at('GET', '/api/openapi.json', undefined, { cookie });
    expect([document.status, document.text.includes('x-scope')]).toEqual([200, false]);
  });
});
