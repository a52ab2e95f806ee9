import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';
import { revisionOf } from '../server/http.ts';

const WAIT = { prefer: 'wait=30' };
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/;
const PAGE_FIELDS =
  'id v2_id name slug description timezone language languages accent domain domain_record domain_routed_at url revision published_revision published_at publish_error created_at updated_at';

interface Page {
  id: string;
  slug: string;
  revision: number;
  updated_at: string;
}

let daymark: Daymark;
const get = async (path: string) => (await daymark.api('GET', path)).body as Page;
const publicStatus = async (path: string) =>
  (await daymark.api('GET', path, undefined, { authorization: '' })).status;

beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'First' });
});
afterAll(() => daymark.stop());

test('A page needs a name and nothing else, and is published at its address', async () => {
  const made = await daymark.api('POST', '/api/v1/pages', { name: 'Süd & West GmbH' }, WAIT);
  expect([made.status, revisionOf(made), made.headers['preference-applied']]).toEqual([201, 1, 'wait']);
  expect(Object.keys(made.body as object).join(' ')).toBe(PAGE_FIELDS);
  const slug = (made.body as Page).slug;
  expect(made.body).toMatchObject({
    name: 'Süd & West GmbH',
    slug: expect.stringMatching(/^[a-z0-9][a-z0-9-]*$/),
    v2_id: expect.stringMatching(/^[a-z0-9]{12}$/),
    description: null,
    timezone: 'Etc/UTC',
    language: 'en',
    languages: ['en'],
    accent: null,
    domain: null,
    url: `${daymark.url}/p/${slug}/`,
    revision: 1,
    created_at: expect.stringMatching(TIME),
  });
  expect(await publicStatus(`/p/${slug}/`)).toBe(200);
  const { id } = made.body as Page;
  await until(async () => (await get(`/api/v1/pages/${id}`)).revision === 1, 'the page is noted');
  for (const ref of [id, slug, id.toUpperCase()]) expect((await get(`/api/v1/pages/${ref}`)).id).toBe(id);
});

test('Two pages of one name get slugs that differ; a slug that was asked for and is taken is a 409', async () => {
  const slugs = [];
  for (let n = 0; n < 3; n++) {
    const made = await daymark.api('POST', '/api/v1/pages', { name: 'Twin' });
    slugs.push((made.body as Page).slug);
  }
  expect(slugs).toEqual(['twin', 'twin-2', 'twin-3']);
  const taken = await daymark.api('POST', '/api/v1/pages', { name: 'x', slug: 'twin-2' });
  expect([taken.status, taken.body]).toEqual([409, { detail: expect.stringContaining('twin-2') }]);
  const moved = await daymark.api('PATCH', '/api/v1/pages/twin', { slug: 'twin-3' });
  expect(moved.status).toBe(409);
});

test('Names of all kinds are kept as they are', async () => {
  for (const name of [
    '<script>alert(1)</script>',
    '"; DROP TABLE pages; --',
    '{{ 7 * 7 }} #{7*7} %s %00 \\u0000',
    '\u202eright to left',
    '日本語のページ',
    '👩‍👩‍👧‍👦'.repeat(20),
    '__proto__',
    'x'.repeat(200),
  ]) {
    const made = await daymark.api('POST', '/api/v1/pages', { name }, WAIT);
    expect([made.status, made.body]).toEqual([201, expect.objectContaining({ name })]);
    const { slug } = made.body as Page;
    const shown = await daymark.api('GET', `/p/${slug}/`, undefined, { authorization: '' });
    expect(shown.status).toBe(200);
    expect(shown.text.replaceAll(/"[^"]*"/g, '""')).not.toContain('<script>alert(1)');
  }
});

test('Pages are listed in the order of their making, by parts', async () => {
  const all = (await daymark.api('GET', '/api/v1/pages?per_page=500')).body as unknown as Page[];
  const part = await daymark.api('GET', '/api/v1/pages?page=2&per_page=2');
  expect(part.body).toEqual(all.slice(2, 4));
  expect(part.headers['x-total-count']).toBe(String(all.length));
  expect(part.headers.link).toContain('<?page=1&per_page=2>; rel="prev"');
  expect(all[0]!.slug).toBe('first');
  for (const query of ['page=0', 'per_page=501', 'page=1&page=2'])
    expect((await daymark.api('GET', `/api/v1/pages?${query}`)).status).toBe(400);
});

describe('Changing a page', () => {
  test('A patch takes any subset, null clears, and readers see it', async () => {
    const changed = await daymark.api(
      'PATCH',
      '/api/v1/pages/first',
      { name: 'Renamed', description: 'Two\nlines', accent: '#AA00ff', timezone: 'Europe/Zurich' },
      WAIT,
    );
    expect([changed.status, revisionOf(changed)]).toEqual([200, 2]);
    expect(Object.keys(changed.body as object).join(' ')).toBe(PAGE_FIELDS);
    expect(changed.body).toMatchObject({ name: 'Renamed', timezone: 'Europe/Zurich', revision: 2 });
    expect((await daymark.api('GET', '/', undefined, { authorization: '' })).text).toContain('Renamed');
    const cleared = await daymark.api('PATCH', '/api/v1/pages/first', { description: null, accent: null });
    expect(cleared.body).toMatchObject({ description: null, accent: null });
  });

  test('What readers can not see keeps the revision', async () => {
    const { revision } = await get('/api/v1/pages/first');
    for (const body of [{}, { name: 'Renamed' }, { domain: 'later.example' }, { domain: null }]) {
      const answer = await daymark.api('PATCH', '/api/v1/pages/first', body, WAIT);
      expect([answer.status, revisionOf(answer)]).toEqual([200, revision]);
      expect(answer.headers['preference-applied']).toBe('wait');
    }
  });

  test('A domain comes with the record that proves it, and is for one page alone', async () => {
    const set = await daymark.api('PATCH', '/api/v1/pages/first', { domain: 'up.example' });
    expect(set.body).toMatchObject({
      domain: 'up.example',
      domain_record: { type: 'TXT', name: '_daymark.up.example', value: expect.stringMatching(/^\S{20,}$/) },
      domain_routed_at: null,
    });
    expect((await daymark.api('POST', '/api/v1/pages', { name: 'x', domain: 'up.example' })).status).toBe(
      409,
    );
  });

  test('A new slug moves the page; readers and scripts of the old address are led on', async () => {
    await daymark.api('POST', '/api/v1/pages', { name: 'Mover', slug: 'old-name' }, WAIT);
    const moved = await daymark.api('PATCH', '/api/v1/pages/old-name', { slug: 'new-name' }, WAIT);
    expect([moved.status, moved.headers['preference-applied']]).toEqual([200, 'wait']);
    expect(await publicStatus('/p/new-name/')).toBe(200);
    const old = await daymark.api('GET', '/p/old-name/', undefined, { authorization: '' });
    expect(old.status).toBe(301);
    expect(old.headers.location).toMatch(/new-name\/$/);
    const below = await daymark.api('GET', '/p/old-name/api/v1/status', undefined, { authorization: '' });
    expect([below.status, below.headers.location]).toEqual([
      301,
      expect.stringMatching(/new-name\/api\/v1\/status$/),
    ]);
    const reuse = await daymark.api('POST', '/api/v1/pages', { name: 'x', slug: 'old-name' });
    expect([reuse.status, reuse.body]).toEqual([409, { detail: expect.stringContaining('rests until') }]);
    expect((await daymark.api('PATCH', '/api/v1/pages/new-name', { slug: 'old-name' })).status).toBe(200);
  });
});

describe('Deleting a page', () => {
  test('Takes its files away, and its slug rests', async () => {
    const made = await daymark.api('POST', '/api/v1/pages', { name: 'Gone', slug: 'gone' }, WAIT);
    const { id } = made.body as Page;
    expect(await publicStatus('/p/gone/')).toBe(200);
    const deleted = await daymark.api('DELETE', '/api/v1/pages/gone');
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    await until(async () => (await publicStatus('/p/gone/')) === 404, 'the page is gone');
    await until(async () => !existsSync(join(daymark.dataDir, 'site/p/gone')), 'its files are gone');
    for (const [method, ref] of [
      ['GET', id],
      ['GET', 'gone'],
      ['DELETE', 'gone'],
      ['PATCH', id],
    ] as const)
      expect((await daymark.api(method, `/api/v1/pages/${ref}`, {})).status).toBe(404);
    expect((await daymark.api('POST', '/api/v1/pages', { name: 'x', slug: 'gone' })).status).toBe(409);
  });
});

describe('Prefer: wait', () => {
  test.each(['wait=30', 'wait="30"', 'respond-async, wait=30', 'WAIT = 30'])(
    '%s is understood',
    async (prefer) => {
      const name = `Waiting for ${prefer.length}`;
      const answer = await daymark.api('PATCH', '/api/v1/pages/twin', { name }, { prefer });
      expect(answer.headers['preference-applied']).toBe('wait');
      const shown = await daymark.api('GET', '/p/twin/revision.json', undefined, { authorization: '' });
      expect((shown.body as Page).revision).toBeGreaterThanOrEqual(revisionOf(answer)!);
    },
  );
  test.each(['wait', 'wait=', 'wait=-1', 'wait=soon', 'await=5', ''])('%s is not obeyed', async (prefer) => {
    const answer = await daymark.api('PATCH', '/api/v1/pages/twin', {}, { prefer });
    expect([answer.status, answer.headers['preference-applied']]).toEqual([200, undefined]);
  });
  test('It says nothing about reading', async () => {
    const answer = await daymark.api('GET', '/api/v1/pages/twin', undefined, WAIT);
    expect([answer.headers['preference-applied'], revisionOf(answer)]).toEqual([undefined, null]);
  });
});
