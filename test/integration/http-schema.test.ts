import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';

const PAGE = '/api/v1/pages/acme';

let daymark: Daymark;
beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'Acme' });
});
afterAll(() => daymark.stop());

describe('What the schema refuses is a 422 that names the place', () => {
  const times = { starts_at: '2030-01-01T00:00:00Z', ends_at: '2030-01-02T00:00:00Z' };
  const component = (body: object) => [`${PAGE}/components`, body] as const;
  const incident = (body: object) => [`${PAGE}/incidents`, { title: 'x', body: 'y', ...body }] as const;
  const window = (body: object) =>
    [`${PAGE}/maintenance`, { title: 'x', body: 'y', ...times, ...body }] as const;
  const cases: [string, readonly [string, unknown], (string | number)[]][] = [
    ['a name that is missing', component({}), ['name']],
    ['a name that is empty', component({ name: '' }), ['name']],
    ['a name of blanks', component({ name: ' \u00a0\u3000' }), ['name']],
    ['a name of 201 characters', component({ name: 'x'.repeat(201) }), ['name']],
    ['a name that is a number', component({ name: 5 }), ['name']],
    ['a name on two lines', component({ name: 'a\nb' }), ['name']],
    ['a NUL in a name', component({ name: 'a\u0000b' }), ['name']],
    ['an escape sequence in a name', component({ name: '\u001b[31mred' }), ['name']],
    [
      'a control character in a description',
      component({ name: 'x', description: 'a\u0007' }),
      ['description'],
    ],
    ['half a character', component({ name: 'a\ud83d' }), ['name']],
    ['a code that leads out', component({ name: 'x', code: '../../etc' }), ['code']],
    ['a code in capitals', component({ name: 'x', code: 'API' }), ['code']],
    ['a code of 64 letters', component({ name: 'x', code: 'a'.repeat(64) }), ['code']],
    ['a status that does not exist', component({ name: 'x', status: 'on_fire' }), ['status']],
    ['a status in capitals', component({ name: 'x', status: 'OPERATIONAL' }), ['status']],
    ['an unknown field', component({ name: 'x', colour: 'red' }), ['colour']],
    ['a field of all objects', component({ name: 'x', toString: 1 }), ['toString']],
    ['a position before the first', component({ name: 'x', position: 0 }), ['position']],
    ['half a position', component({ name: 'x', position: 1.5 }), ['position']],
    ['a position beyond all numbers', component({ name: 'x', position: 1e308 }), ['position']],
    [
      'a group that is not there',
      component({ name: 'x', group_id: '01a00000-0000-7000-8000-000000000000' }),
      ['group_id'],
    ],
    ['a group that is no id', component({ name: 'x', group_id: '1' }), ['group_id']],
    ['a list for an object', [`${PAGE}/components`, []], []],
    ['a word for an object', [`${PAGE}/components`, 'null'], []],
    ['a day that does not exist', incident({ started_at: '2026-02-30T00:00:00Z' }), ['started_at']],
    ['an hour that does not exist', incident({ started_at: '2026-02-03T25:00:00Z' }), ['started_at']],
    ['a time without an offset', incident({ started_at: '2026-02-03T12:00:00' }), ['started_at']],
    ['a time without its T', incident({ started_at: '2026-02-03 12:00:00Z' }), ['started_at']],
    ['a time that is a number', incident({ started_at: 1_770_000_000 }), ['started_at']],
    ['a year far away', incident({ next_update_at: '9999-01-01T00:00:00Z' }), ['next_update_at']],
    ['a start in the future', incident({ started_at: '2100-01-01T00:00:00Z' }), ['started_at']],
    ['an end of what is open', incident({ resolved_at: '2026-01-01T00:00:00Z' }), ['resolved_at']],
    [
      'an end before the start',
      incident({
        status: 'resolved',
        started_at: '2026-01-02T00:00:00Z',
        resolved_at: '2026-01-01T00:00:00Z',
      }),
      ['resolved_at'],
    ],
    [
      'a component that is not there',
      incident({ components: [{ id: '01a00000-0000-7000-8000-000000000000', status: 'major_outage' }] }),
      ['components', 0, 'id'],
    ],
    ['a text of 25,001 characters', incident({ body: 'x'.repeat(25_001) }), ['body']],
    ['a window that ends before it starts', window({ ends_at: '2029-01-01T00:00:00Z' }), ['ends_at']],
    ['a window that ends as it starts', window({ ends_at: times.starts_at }), ['ends_at']],
    ['a window without an end', window({ ends_at: undefined }), ['ends_at']],
    ['a truth in words', window({ auto_start: 'true' }), ['auto_start']],
    ['a zone that does not exist', ['/api/v1/pages', { name: 'x', timezone: 'Mars/Olympus' }], ['timezone']],
    [
      'a slug that looks like an id',
      ['/api/v1/pages', { name: 'x', slug: '01a00000-0000-7000-8000-000000000000' }],
      ['slug'],
    ],
    ['a domain with a path', ['/api/v1/pages', { name: 'x', domain: 'a.example/../b' }], ['domain']],
    [
      'the host of the service as a domain',
      ['/api/v1/pages', { name: 'x', domain: '127.0.0.1' }],
      ['domain'],
    ],
    ['a colour that is a style', ['/api/v1/pages', { name: 'x', accent: 'red;}body{' }], ['accent']],
  ];
  test.each(cases)('%s', async (_what, [path, body], place) => {
    const answer = await daymark.api('POST', path, body);
    expect(answer.status).toBe(422);
    const { detail } = answer.body as { detail: { loc: unknown[] }[] };
    expect(detail.map(({ loc }) => loc)).toContainEqual(['body', ...place]);
    for (const one of detail)
      expect(one).toEqual({ loc: expect.any(Array), msg: expect.any(String), type: expect.any(String) });
  });
  test.each(['__proto__', 'constructor', 'prototype'])('a field called %s', async (name) => {
    const answer = await daymark.api('POST', `${PAGE}/components`, `{"name":"x","${name}":{"status":"x"}}`);
    expect(answer.status).toBe(422);
  });
  test('And nothing of all that was kept', async () => {
    for (const list of ['/components', '/incidents', '/maintenance'])
      expect([list, (await daymark.api('GET', PAGE + list)).body]).toEqual([list, []]);
    expect((await daymark.api('GET', PAGE)).body).toMatchObject({ revision: 1 });
    expect((await daymark.api('GET', '/api/v1/pages')).headers['x-total-count']).toBe('1');
  });
});
