import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';

const WAIT = { prefer: 'wait=30' };
const COMPONENTS = 103;
const INCIDENTS = 104;

let daymark: Daymark;
const get = (path: string) => daymark.api('GET', path, undefined, { authorization: '' });
const names = async (path: string) =>
  ((await get(path)).body as { name?: string; title?: string }[]).map(({ name, title }) => name ?? title);

const count = (most: number) => Array.from({ length: most }, (_, place) => place + 1);

/** Each `rel` of a Link header with the query of its target. */
function linksOf(header: string | string[] | undefined): Record<string, string> {
  const found = String(header ?? '').matchAll(/<\?([^>]*)>; rel="(\w+)"/g);
  return Object.fromEntries([...found].map(([, query, rel]) => [rel, query]));
}

beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'Acme' });
  const ids = await Promise.all(
    count(COMPONENTS).map(async (n) => {
      const made = await daymark.api('POST', '/api/v1/pages/acme/components', { name: `C${n}` });
      return (made.body as { id: string }).id;
    }),
  );
  await daymark.api('PUT', '/api/v1/pages/acme/components/order', ids);
  await daymark.api('PATCH', '/api/v1/pages/acme/components', [
    { id: ids[4], status: 'major_outage' },
    { id: ids[101], status: 'major_outage' },
  ]);
  await Promise.all(
    count(INCIDENTS).map((n) =>
      daymark.api('POST', '/api/v1/pages/acme/incidents', {
        title: `I${n}`,
        body: 'It happened.',
        status: n === 1 ? 'investigating' : 'resolved',
        started_at: new Date(Date.UTC(2025, 0, 1, n)).toISOString(),
        ...(n === 1 ? {} : { resolved_at: new Date(Date.UTC(2025, 0, 1, n, 30)).toISOString() }),
      }),
    ),
  );
  for (const [title, start, end] of [
    ['Past', -20, -19],
    ['Later', 900, 901],
    ['Soon', 800, 801],
  ] as const) {
    const at = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
    const made = await daymark.api(
      'POST',
      '/api/v1/pages/acme/maintenance',
      { title, body: 'Work.', starts_at: at(start), ends_at: at(end) },
      WAIT,
    );
    expect(made.status).toBe(201);
  }
});
afterAll(() => daymark.stop());

describe('A list without parameters is a file', () => {
  test('It holds the first hundred, and says how many there are and where the rest is', async () => {
    for (const [path, total] of [
      ['/api/v1/components', COMPONENTS],
      ['/api/v1/incidents', INCIDENTS],
    ] as const) {
      const answer = await get(path);
      expect((answer.body as unknown[]).length).toBe(100);
      expect(answer.headers['x-total-count']).toBe(String(total));
      expect(linksOf(answer.headers.link)).toEqual({
        first: 'page=1&per_page=100',
        last: 'page=2&per_page=100',
        next: 'page=2&per_page=100',
      });
      expect(answer.headers.etag).toMatch(/^"/);
    }
  });
  test('Parameters that nobody knows are ignored', async () => {
    const plain = await get('/api/v1/components');
    const odd = await get('/api/v1/components?utm_source=mail&x=1&x=2');
    expect(odd.text).toBe(plain.text);
    expect(odd.headers.etag).toBe(plain.headers.etag);
    expect(odd.headers['x-total-count']).toBe(String(COMPONENTS));
    expect((await get('/api/v1/status?page=2')).status).toBe(200);
  });
  test('The next page goes on where the file ended', async () => {
    expect(await names('/api/v1/components?page=2')).toEqual(['C101', 'C102', 'C103']);
    expect(await names('/api/v1/incidents?page=2')).toEqual(['I4', 'I3', 'I2', 'I1']);
  });
});

describe('The filter by status', () => {
  test('Components are filtered in any case of letters, as the reference writes it', async () => {
    for (const status of ['MAJOR_OUTAGE', 'major_outage', 'Major_Outage'])
      expect(await names(`/api/v1/components?status_filter=${status}`)).toEqual(['C5', 'C102']);
    const answer = await get('/api/v1/components?status_filter=OPERATIONAL&per_page=50');
    expect(answer.headers['x-total-count']).toBe(String(COMPONENTS - 2));
    expect(linksOf(answer.headers.link)).toEqual({
      first: 'status_filter=operational&page=1&per_page=50',
      last: 'status_filter=operational&page=3&per_page=50',
      next: 'status_filter=operational&page=2&per_page=50',
    });
    expect(await names('/api/v1/components?status_filter=partial_outage')).toEqual([]);
  });
  test('Incidents are filtered by status, and by whether they are open', async () => {
    expect(await names('/api/v1/incidents?status_filter=active')).toEqual(['I1']);
    expect(await names('/api/v1/incidents?status_filter=INVESTIGATING')).toEqual(['I1']);
    const resolved = await get('/api/v1/incidents?status_filter=resolved&per_page=1');
    expect(resolved.headers['x-total-count']).toBe(String(INCIDENTS - 1));
  });
  test('Maintenance has the latest start first, and can be asked for what is to come', async () => {
    expect(await names('/api/v1/maintenance')).toEqual(['Later', 'Soon', 'Past']);
    expect(await names('/api/v1/maintenance?status_filter=upcoming')).toEqual(['Later', 'Soon']);
    expect(await names('/api/v1/maintenance?status_filter=Completed')).toEqual(['Past']);
    expect(await names('/api/v1/maintenance?status_filter=active')).toEqual([]);
  });
  test('An answer to a query may be read from other sites, and says so', async () => {
    const { headers } = await get('/api/v1/components?page=1');
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-expose-headers']).toBe('ETag, Link, X-Total-Count');
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
  });
});

describe('Paging', () => {
  test('A page beyond the end is empty, up to the millionth', async () => {
    for (const list of ['components', 'incidents', 'maintenance'])
      for (const page of [50, 1_000_000]) {
        const answer = await get(`/api/v1/${list}?page=${page}&per_page=500`);
        expect([answer.status, answer.body]).toEqual([200, []]);
        expect(Number(answer.headers['x-total-count'])).toBeGreaterThan(0);
        expect(linksOf(answer.headers.link).next).toBeUndefined();
        expect(linksOf(answer.headers.link).prev).toBe('page=1&per_page=500');
      }
  });
  test('From 1 to 500 fit on a page', async () => {
    expect(await names('/api/v1/components?per_page=1')).toEqual(['C1']);
    expect((await names('/api/v1/components?per_page=500')).length).toBe(COMPONENTS);
    expect((await names('/api/v1/incidents?per_page=500')).length).toBe(INCIDENTS);
  });
  test('In the middle a list leads both ways', async () => {
    const { headers } = await get('/api/v1/components?page=3&per_page=20');
    expect(linksOf(headers.link)).toEqual({
      first: 'page=1&per_page=20',
      last: 'page=6&per_page=20',
      prev: 'page=2&per_page=20',
      next: 'page=4&per_page=20',
    });
  });
  const bad = [
    'page=0',
    'page=-1',
    'page=1000001',
    'page=1.5',
    'page=',
    'page=abc',
    'page=1e3',
    'page=0x10',
    'page=%20',
    'page=9999999999999999999999',
    'per_page=0',
    'per_page=501',
    'per_page=ten',
    'status_filter=broken',
    'status_filter=',
    'status_filter=operational&status_filter=operational',
    'page=1&page=1',
    'per_page=5&per_page=6',
    'status_filter=__proto__',
    'status_filter=%00',
    "status_filter=' or 1=1 --",
  ];
  test.each(bad)('?%s is a 400 that names the parameter', async (query) => {
    for (const list of ['components', 'incidents', 'maintenance']) {
      const answer = await get(`/api/v1/${list}?${query.replaceAll(' ', '%20')}`);
      expect(answer.status).toBe(400);
      expect((answer.body as { detail: string }).detail).toContain(query.split('=')[0]);
    }
  });
});

test('HEAD of a query has the headers and no body', async () => {
  const head = await daymark.api('HEAD', '/api/v1/components?per_page=2', undefined, { authorization: '' });
  expect([head.status, head.text]).toEqual([200, '']);
  expect(head.headers['x-total-count']).toBe(String(COMPONENTS));
});
