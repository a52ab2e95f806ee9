/** Forms of the console whose answer holds a secret: it is shown once, and never beyond what its maker may. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newMember, OWNER_ENV, signedIn, type Visitor } from '../server/console.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, type MadePage } from '../server/first-page.ts';

let daymark: Daymark;
let page: MadePage;
let owner: Visitor;
beforeAll(async () => {
  daymark = await startDaymark({ env: OWNER_ENV });
  page = await firstPage(daymark, { name: 'Northwind' });
  owner = await signedIn(daymark);
});
afterAll(() => daymark.stop());

const NEW_KEY = '/console/api-keys/new/';
const secretIn = (html: string, id: string) =>
  new RegExp(`id="${id}"[^>]*>([^<]+)<`).exec(html)?.[1]?.trim() ?? null;
const keysNamed = async (name: string) => {
  const { body } = await daymark.api('GET', '/api/v1/api-keys');
  return (
    body as {
      id: string;
      name: string;
      scopes: string[];
      page_ids: string[] | null;
      expires_at: string | null;
    }[]
  ).filter((key) => key.name === name);
};

test('A form that is sent twice makes one key, and shows its secret once', async () => {
  const fields = {
    name: 'Twice',
    scopes: ['components:read'],
    once: crypto.randomUUID(),
    expires_at: '2099-05-01',
  };
  const first = await owner.post(NEW_KEY, fields);
  const key = secretIn(first.text, 'key') ?? '';
  expect(key).toMatch(/^sk_live_/);
  expect(first.text).toContain('Take it now');
  const again = await owner.post(NEW_KEY, fields);
  expect(again.status).toBe(200);
  expect(again.text).not.toContain('sk_live_');
  expect(again.text).toContain('This form was sent before');
  const [made, ...more] = await keysNamed('Twice');
  expect(more).toEqual([]);
  expect(made).toMatchObject({
    scopes: ['components:read'],
    page_ids: null,
    expires_at: '2099-05-02T00:00:00+00:00',
  });
  const read = await daymark.api('GET', `/api/v1/pages/${page.id}/components`, undefined, {
    authorization: `Bearer ${key}`,
  });
  expect(read.status).toBe(200);
});

test('What was written anew in a form that was taken before is taken too', async () => {
  const incidents = async () => {
    const { body } = await daymark.api('GET', `/api/v1/pages/${page.id}/incidents`);
    return (body as { title: string }[]).map(({ title }) => title).toSorted();
  };
  const form = '/console/pages/northwind/incidents/new/';
  const fields = { do: 'publish', status: 'investigating', title: 'First', body: 'It is slow.', once: 'o' };
  const first = await owner.post(form, fields);
  expect(first.status).toBe(303);
  // A browser that goes back shows the form as it was, hidden fields too.
  expect((await owner.post(form, { ...fields, title: 'Second' })).status).toBe(303);
  expect((await owner.post(form, fields)).headers.location).toBe(first.headers.location);
  expect(await incidents()).toEqual(['First', 'Second']);
});

test.each([
  ['no scope', { name: 'A', once: 'a' }, 'At least one scope.'],
  ['a scope that is none', { name: 'A', scopes: 'everything:write', once: 'b' }, 'Invalid'],
  [
    'a day in the past',
    { name: 'A', scopes: 'pages:read', expires_at: '2020-01-01', once: 'c' },
    'must be in the future',
  ],
  ['no day at all', { name: 'A', scopes: 'pages:read', expires_at: 'soon', once: 'd' }, 'A time'],
  [
    'a page that is not there',
    { name: 'A', scopes: 'pages:read', page_ids: crypto.randomUUID(), once: 'e' },
    'There is no page',
  ],
])('The form for a key refuses %s, and keeps what was typed', async (_what, fields, words) => {
  const answer = await owner.post(NEW_KEY, fields);
  expect(answer.status).toBe(422);
  expect(answer.text).toContain(words);
  expect(answer.text).toContain('value="A"');
  expect(await keysNamed('A')).toEqual([]);
});

test('Who may not make keys neither sees the form nor gets one by sending it', async () => {
  const edda = await signedIn(daymark, await newMember(daymark, 'edda@northwind.example', 'editor'));
  expect((await edda.get(NEW_KEY)).status).toBe(403);
  expect((await edda.get('/console/api-keys/')).status).toBe(403);
  const sent = await edda.post(NEW_KEY, { name: 'Edda', scopes: 'pages:read', once: 'x' });
  expect(sent.status).toBe(403);
  const [theirs] = await keysNamed('Twice');
  expect((await edda.post('/console/api-keys/', { id: theirs!.id })).status).toBe(403);
  expect(await keysNamed('Edda')).toEqual([]);
  expect(await keysNamed('Twice')).toHaveLength(1);
});

test('Who may only look can not have a page published again', async () => {
  const vera = await signedIn(daymark, await newMember(daymark, 'vera@northwind.example', 'viewer'));
  const board = '/console/pages/northwind/';
  expect((await vera.get(board)).status).toBe(200);
  expect((await vera.post(board, { again: '1' })).status).toBe(403);
  expect((await owner.post(board, { again: '1' })).status).toBe(303);
});

test('A rotation that is sent twice happens once, so that the secret in use signs on', async () => {
  const list = `/console/pages/northwind/webhooks/`;
  const made = await owner.post(`${list}new/`, {
    url: 'https://hooks.example.com/',
    once: crypto.randomUUID(),
  });
  const first = secretIn(made.text, 'secret');
  const [webhook] = (await daymark.api('GET', `/api/v1/pages/${page.id}/webhooks`)).body as {
    id: string;
    events: null;
  }[];
  const fields = { do: 'rotate', once: crypto.randomUUID() };
  const rotated = secretIn((await owner.post(`${list}${webhook!.id}/`, fields)).text, 'secret');
  expect(rotated).toMatch(/^whsec_/);
  expect(rotated).not.toBe(first);
  expect((await owner.post(`${list}${webhook!.id}/`, fields)).status).toBe(303);
  const log = await daymark.api('GET', '/api/v1/audit-events?action=webhook.secret_rotated');
  expect(log.body).toHaveLength(1);
});
