/** Members, invitations and passwords, from the letter to the session. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filedMails } from '../mail/desk.ts';
import { linkTo, newMember, OWNER, OWNER_ENV, signedIn, Visitor } from '../server/console.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

const NEW_PASSWORD = 'another long password';

let daymark: Daymark;
let owner: Visitor;
let pageId: string;
beforeAll(async () => {
  daymark = await startDaymark({ env: OWNER_ENV });
  pageId = (await firstPage(daymark, { name: 'Acme' })).id;
  owner = await signedIn(daymark);
});
afterAll(() => daymark.stop());

interface Member {
  id: string;
  email: string;
  role: string;
}
const members = async () => (await owner.api('GET', '/api/v1/members')).body as Member[];
const idOf = async (email: string) => (await members()).find((one) => one.email === email)!.id;

describe('An invitation', () => {
  test('brings a letter, and its link a member who is signed in', async () => {
    const email = 'mara@northwind.example';
    const invited = await owner.api('POST', '/api/v1/invitations', { email, role: 'editor' });
    expect([invited.status, invited.body]).toEqual([
      201,
      expect.objectContaining({ email, role: 'editor', page_ids: null }),
    ]);
    expect(invited.text).not.toMatch(/token/);
    const { path, token } = await linkTo(daymark, email, '/console/invitation/');
    const visitor = new Visitor(daymark.url);
    const page = await visitor.get(path);
    expect([page.status, page.text.includes('Join Acme'), page.text.includes(email)]).toEqual([
      200,
      true,
      true,
    ]);
    const short = await visitor.post('/console/invitation/', { token, name: 'Mara', password: 'short' });
    expect([short.status, short.text.includes('At least 10 characters.')]).toEqual([422, true]);
    expect(short.text).toContain('value="Mara"');
    const done = await visitor.post('/console/invitation/', { token, name: 'Mara', password: NEW_PASSWORD });
    expect([done.status, done.headers.location]).toEqual([303, '/console/']);
    expect((await visitor.get('/console/')).text).toContain('Welcome to Acme.');
    expect((await owner.api('GET', '/api/v1/invitations')).body).toEqual([]);
    expect(await members()).toContainEqual(expect.objectContaining({ email, name: 'Mara', role: 'editor' }));
    await signedIn(daymark, { email, password: NEW_PASSWORD });
  });

  test('is void once it is withdrawn, or a newer one is sent', async () => {
    const email = 'late@northwind.example';
    await owner.api('POST', '/api/v1/invitations', { email, role: 'viewer' });
    const first = await linkTo(daymark, email, '/console/invitation/');
    const again = await owner.api('POST', '/api/v1/invitations', { email, role: 'admin' });
    const second = await linkTo(daymark, email, '/console/invitation/', 2);
    expect((await new Visitor(daymark.url).get(first.path)).status).toBe(404);
    expect((await new Visitor(daymark.url).get(second.path)).status).toBe(200);
    const path = `/api/v1/invitations/${(again.body as Member).id}`;
    expect((await owner.api('DELETE', path)).status).toBe(204);
    expect((await new Visitor(daymark.url).get(second.path)).status).toBe(404);
    const posted = await new Visitor(daymark.url).post('/console/invitation/', {
      ...{ token: second.token, name: '', password: NEW_PASSWORD },
    });
    expect(posted.status).toBe(404);
    expect((await members()).map((one) => one.email)).not.toContain(email);
  });

  test('to who is a member is refused, to who has an account elsewhere it is not told', async () => {
    const member = await owner.api('POST', '/api/v1/invitations', { email: OWNER.email, role: 'viewer' });
    expect(member.status).toBe(409);
    const charlie = await newMember(daymark, 'charlie@elsewhere.example', 'owner', 'elsewhere');
    const invited = await owner.api('POST', '/api/v1/invitations', { email: charlie.email, role: 'viewer' });
    expect(invited.status).toBe(201);
    const { token } = await linkTo(daymark, charlie.email, '/console/invitation/');
    const taken = await new Visitor(daymark.url).post('/console/invitation/', {
      ...{ token, name: '', password: NEW_PASSWORD },
    });
    expect([taken.status, taken.text.includes('has an account here already')]).toEqual([422, true]);
  });

  test('names pages that are there, and none to an owner', async () => {
    const email = 'pages@northwind.example';
    const invite = (body: object) => owner.api('POST', '/api/v1/invitations', { email, ...body });
    const nowhere = '01a00000-0000-7000-8000-000000000000';
    expect((await invite({ role: 'viewer', page_ids: [nowhere] })).status).toBe(422);
    expect((await invite({ role: 'owner', page_ids: [pageId] })).status).toBe(422);
    expect((await invite({ role: 'viewer', page_ids: [pageId] })).status).toBe(201);
    expect((await invite({ role: 'viewer', email: 'a@b.example\r\nBcc: c@d.example' })).status).toBe(422);
  });
});

describe('Members', () => {
  test('change from their next request on, and are out at once when they are removed', async () => {
    const eve = await newMember(daymark, 'eve@northwind.example', 'viewer');
    const session = await signedIn(daymark, eve);
    const create = () => session.api('POST', '/api/v1/pages/acme/components', { name: 'API' });
    expect((await create()).status).toBe(403);
    const path = `/api/v1/members/${await idOf(eve.email)}`;
    expect((await owner.api('PATCH', path, { role: 'editor' })).status).toBe(200);
    expect((await create()).status).toBe(201);
    expect((await owner.api('DELETE', path)).status).toBe(204);
    expect((await create()).status).toBe(401);
    expect((await session.get('/console/')).status).toBe(303);
    expect((await new Visitor(daymark.url).post('/console/sign-in/', eve)).status).toBe(422);
  });

  test('grant no role beyond their own, and touch nobody above them', async () => {
    const admin = await signedIn(daymark, await newMember(daymark, 'ada@northwind.example', 'admin'));
    const ownersPath = `/api/v1/members/${await idOf(OWNER.email)}`;
    expect((await admin.api('PATCH', ownersPath, { role: 'viewer' })).status).toBe(403);
    expect((await admin.api('DELETE', ownersPath)).status).toBe(403);
    const own = `/api/v1/members/${await idOf('ada@northwind.example')}`;
    expect((await admin.api('PATCH', own, { role: 'owner' })).status).toBe(403);
    const invite = { email: 'boss@northwind.example', role: 'owner' };
    expect((await admin.api('POST', '/api/v1/invitations', invite)).status).toBe(403);
    expect((await daymark.api('POST', '/api/v1/invitations', invite)).status).toBe(403);
    const editor = await signedIn(daymark, await newMember(daymark, 'ed@northwind.example', 'editor'));
    const keyBody = { name: 'x', scopes: ['pages:read'] };
    expect((await editor.api('POST', '/api/v1/api-keys', keyBody)).status).toBe(403);
    expect((await editor.api('GET', '/api/v1/members')).status).toBe(403);
  });

  test('who are bound to a page see that one alone, and no members', async () => {
    const bea = await newMember(daymark, 'bea@northwind.example', 'admin');
    const path = `/api/v1/members/${await idOf(bea.email)}`;
    expect((await owner.api('PATCH', path, { page_ids: [pageId] })).status).toBe(200);
    await owner.api('POST', '/api/v1/pages', { name: 'Hidden' });
    const bound = await signedIn(daymark, bea);
    expect((await bound.api('GET', '/api/v1/pages')).headers['x-total-count']).toBe('1');
    expect((await bound.api('GET', '/api/v1/pages/hidden')).status).toBe(404);
    expect((await bound.get('/console/')).text).not.toContain('Hidden');
    for (const list of ['members', 'invitations', 'audit-events'])
      expect((await bound.api('GET', `/api/v1/${list}`)).status).toBe(403);
    const key = { name: 'x', scopes: ['pages:read'], page_ids: null };
    const made = await bound.api('POST', '/api/v1/api-keys', { name: 'x', scopes: ['pages:read'] });
    expect([made.status, made.body]).toEqual([201, expect.objectContaining({ page_ids: [pageId] })]);
    const keyPath = `/api/v1/api-keys/${(made.body as Member).id}`;
    expect((await bound.api('PATCH', keyPath, { page_ids: key.page_ids })).status).toBe(403);
  });

  test('are invited, changed and removed on a page of the console, too', async () => {
    const email = 'form@northwind.example';
    const bad = await owner.post('/console/members/', { do: 'invite', email: 'nobody', role: 'viewer' });
    expect([bad.status, bad.text.includes('An email address, like')]).toEqual([422, true]);
    expect(bad.text).toContain('value="nobody"');
    const sent = await owner.post('/console/members/', { do: 'invite', email, role: 'viewer' });
    expect([sent.status, sent.headers.location]).toEqual([303, '/console/members/']);
    const page = await owner.get('/console/members/');
    expect(page.text).toContain(`An invitation to ${email} is on its way.`);
    const { token } = await linkTo(daymark, email, '/console/invitation/');
    await new Visitor(daymark.url).post('/console/invitation/', { token, name: '', password: NEW_PASSWORD });
    const id = await idOf(email);
    expect((await owner.post('/console/members/', { do: 'edit', id, role: 'editor' })).status).toBe(303);
    expect((await members()).find((one) => one.id === id)).toMatchObject({ role: 'editor', page_ids: null });
    const bind = { do: 'edit', id, role: 'editor', with_pages: 'yes', page_ids: [pageId] };
    expect((await owner.post('/console/members/', bind)).status).toBe(303);
    await owner.post('/console/members/', { do: 'edit', id, role: 'viewer' });
    const bound = (await members()).find((one) => one.id === id);
    expect(bound).toMatchObject({ role: 'viewer', page_ids: [pageId] });
    expect((await owner.post('/console/members/', { do: 'remove', id })).status).toBe(303);
    expect((await members()).map((one) => one.id)).not.toContain(id);
  });

  test('keep an owner: the last one is neither demoted nor removed, and does not leave', async () => {
    const path = `/api/v1/members/${await idOf(OWNER.email)}`;
    expect((await owner.api('PATCH', path, { role: 'admin' })).status).toBe(409);
    expect((await owner.api('DELETE', path)).status).toBe(409);
    const stays = await owner.post('/console/account/', { do: 'leave' });
    expect([stays.status, stays.text.includes('This is the only owner.')]).toEqual([422, true]);
    await newMember(daymark, 'second@northwind.example', 'owner');
    expect((await owner.api('PATCH', path, { role: 'admin' })).status).toBe(200);
    const second = `/api/v1/members/${await idOf('second@northwind.example')}`;
    expect((await owner.api('DELETE', second)).status).toBe(403);
    expect((await owner.api('PATCH', path, { role: 'owner' })).status).toBe(403);
  });
});

describe('A password', () => {
  const email = 'pia@northwind.example';
  let password: string;
  beforeAll(async () => {
    password = (await newMember(daymark, email, 'viewer')).password;
  });

  test('is changed by who knows it, which ends all other sessions', async () => {
    const here = await signedIn(daymark, { email, password });
    const there = await signedIn(daymark, { email, password });
    const change = (current: string, next: string) =>
      here.post('/console/account/', { do: 'password', current, password: next });
    const wrong = await change('not the password', NEW_PASSWORD);
    expect([wrong.status, wrong.text.includes('That is not your password.')]).toEqual([422, true]);
    expect((await change(password, 'short')).status).toBe(422);
    expect((await there.get('/console/')).status).toBe(200);
    expect((await change(password, NEW_PASSWORD)).status).toBe(303);
    expect((await here.get('/console/')).status).toBe(200);
    expect((await there.get('/console/')).status).toBe(303);
    expect((await new Visitor(daymark.url).post('/console/sign-in/', { email, password })).status).toBe(422);
    password = NEW_PASSWORD;
  });

  test('that was forgotten is set anew by a link that is good once, and all sessions end', async () => {
    const session = await signedIn(daymark, { email, password });
    const asked = await new Visitor(daymark.url).post('/console/password/', { email: email.toUpperCase() });
    expect([asked.status, asked.text.includes('a link is on its way')]).toEqual([200, true]);
    const { path, token } = await linkTo(daymark, email, '/console/password/');
    expect((await new Visitor(daymark.url).get(path)).text).toContain(email);
    const set = (next: string) =>
      new Visitor(daymark.url).post('/console/password/', { token, password: next });
    expect((await set('short')).status).toBe(422);
    const done = await set('a third long password');
    expect([done.status, done.headers.location]).toEqual([303, '/console/sign-in/']);
    expect((await session.get('/console/')).status).toBe(303);
    expect((await set('a fourth long password')).status).toBe(404);
    password = 'a third long password';
    await signedIn(daymark, { email, password });
  });

  test('is asked for alike, whoever has the address, and nobody else gets a letter', async () => {
    const before = (await filedMails(daymark.dataDir)).length;
    const texts = await Promise.all(
      [email, 'nobody@northwind.example'].map(async (address) => {
        const { status, text } = await new Visitor(daymark.url).post('/console/password/', {
          email: address,
        });
        expect(status).toBe(200);
        return text.replaceAll(address, '').replace(/nonce="[^"]*"/g, '');
      }),
    );
    expect(texts[0]).toBe(texts[1]);
    await until(async () => (await filedMails(daymark.dataDir)).length > before, 'a letter is written');
    const to = (await filedMails(daymark.dataDir)).map((mail) => [mail.to].flat()[0]?.text);
    expect(to).not.toContain('nobody@northwind.example');
  });
});

describe('Sessions', () => {
  test('are listed, and ended one by one or all the others', async () => {
    const who = await newMember(daymark, 'sam@northwind.example', 'viewer');
    const [here, there, phone] = await Promise.all([1, 2, 3].map(() => signedIn(daymark, who)));
    const page = (await here!.get('/console/account/')).text;
    const ids = [...page.matchAll(/name="session" value="([0-9a-f]{64})"/g)].map(([, id]) => id!);
    expect(ids).toHaveLength(2);
    expect((await here!.post('/console/account/', { do: 'end', session: ids[0]! })).status).toBe(303);
    const left = await Promise.all([there, phone].map(async (one) => (await one!.get('/console/')).status));
    expect(left.sort()).toEqual([200, 303]);
    expect((await here!.post('/console/account/', { do: 'end-others' })).status).toBe(303);
    for (const one of [there, phone]) expect((await one!.get('/console/')).status).toBe(303);
    expect((await here!.get('/console/')).status).toBe(200);
  });

  test('of others can not be ended', async () => {
    const sue = await newMember(daymark, 'sue@northwind.example', 'viewer');
    const victim = await signedIn(daymark, sue);
    await signedIn(daymark, sue);
    const [, id = ''] = /name="session" value="([0-9a-f]{64})"/.exec(
      (await victim.get('/console/account/')).text,
    ) as RegExpExecArray;
    const thief = await signedIn(daymark, await newMember(daymark, 'tom@northwind.example', 'viewer'));
    await thief.post('/console/account/', { do: 'end', session: id });
    expect((await victim.get('/console/account/')).text).toContain(id);
  });
});

describe('The organization', () => {
  test('is deleted by an owner who writes its name, with all that it has', async () => {
    const who = await newMember(daymark, 'olga@brief.example', 'owner', 'brief');
    const helper = await newMember(daymark, 'hal@brief.example', 'admin', 'brief');
    const olga = await signedIn(daymark, who);
    const hal = await signedIn(daymark, helper);
    const made = await olga.api('POST', '/api/v1/pages', { name: 'Brief' }, { prefer: 'wait=30' });
    expect(made.status).toBe(201);
    const { key } = (await olga.api('POST', '/api/v1/api-keys', { name: 'x', scopes: ['pages:read'] }))
      .body as { key: string };
    expect((await hal.post('/console/organization/', { do: 'delete', slug: 'brief' })).status).toBe(422);
    expect((await olga.post('/console/organization/', { do: 'delete', slug: 'acme' })).status).toBe(422);
    expect((await olga.get('/p/brief/')).status).toBe(200);
    expect((await olga.post('/console/organization/', { do: 'delete', slug: 'brief' })).status).toBe(303);
    expect((await hal.get('/console/')).status).toBe(303);
    const withKey = { authorization: `Bearer ${key}` };
    expect((await daymark.api('GET', '/api/v1/pages', undefined, withKey)).status).toBe(401);
    await until(async () => (await olga.get('/p/brief/')).status === 404, 'its files are gone');
  });
});
