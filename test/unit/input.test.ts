import { describe, expect, test } from 'vitest';
import { isId } from '../../src/domain/ids.ts';
import * as input from '../../src/domain/input.ts';
import { freeSlug, slugOf } from '../../src/domain/slug.ts';
import { fc } from '../fixtures/properties.ts';

const ID = '019a0000-0001-7000-8000-000000000001';
const takes = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;
const named = (name: unknown) => takes(input.groupCreate, { name });
const said = (body: unknown) => takes(input.postmortemPut, { body });
const timed = (time: unknown) => takes(input.time, time);

describe('a slug made from a name', () => {
  test('has the form of a slug, stays as it is when made again, and is never a UUID', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', maxLength: 200 }), fc.uuid()),
        (name) => {
          const slug = slugOf(name);
          if (slug !== '') expect(takes(input.slugText, slug)).toBe(true);
          expect(isId(slug)).toBe(false);
          expect(slugOf(slug)).toBe(slug);
        },
      ),
    );
  });

  test('reads like the name', () => {
    expect(['Zürich (ZRH)', 'Straße 7', '  API — v2  ', 'ﬁne', '東京', 'a'.repeat(80)].map(slugOf)).toEqual([
      'zurich-zrh',
      'strasse-7',
      'api-v2',
      'fine',
      '',
      'a'.repeat(63),
    ]);
  });

  test('is free, has the form of a slug, and takes the lowest number', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('API', 'Web', '東京', 'x'.repeat(63)), { maxLength: 15 }),
        (names) => {
          const taken = new Set<string>();
          for (const name of names) {
            const slug = freeSlug(slugOf(name), 'component', (one) => taken.has(one));
            expect(taken.has(slug)).toBe(false);
            expect(takes(input.slugText, slug)).toBe(true);
            taken.add(slug);
          }
        },
      ),
    );
  });
});

describe('texts', () => {
  test('of one line have 1 to 200 characters, as people count them, and no control characters', () => {
    expect([named('x'), named('x'.repeat(200)), named('🙂'.repeat(200))]).toEqual([true, true, true]);
    expect([
      named(''),
      named('  '),
      named('x'.repeat(201)),
      named('🙂'.repeat(201)),
      named('\ud800'),
    ]).toEqual([false, false, false, false, false]);
    for (const bad of ['a\nb', 'a\tb', 'a\u0000b', 'a\u007fb', 'a\u0085b', 'a\u2028b'])
      expect([bad, named(bad)]).toEqual([bad, false]);
  });

  test('of several lines have up to 25,000 characters with newlines and tabs, and no other control characters', () => {
    for (const good of ['a\nb', 'a\tb', 'a\r\nb', 'x'.repeat(25_000)]) expect(said(good)).toBe(true);
    for (const bad of ['', ' \n', 'a\u0000b', 'a\u001bb', 'a\rb', 'a\r', 'x'.repeat(25_001)])
      expect([bad, said(bad)]).toEqual([bad, false]);
  });

  test('never hold a control character, whatever is sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        if (named(text)) expect(text).not.toMatch(/\p{Cc}/u);
        if (said(text)) expect(text.replaceAll('\r\n', '')).not.toMatch(/[^\P{Cc}\n\t]/u);
      }),
    );
  });

  test('of descriptions have up to 2,000 characters, or are cleared', () => {
    const described = (description: unknown) => takes(input.componentPatch, { description });
    expect([
      described('x'.repeat(2000)),
      described(''),
      described(null),
      described('x'.repeat(2001)),
    ]).toEqual([true, true, true, false]);
  });
});

describe('times', () => {
  test('need an offset', () => {
    for (const good of ['2026-02-28T06:30:00+00:00', '2026-02-28T06:30:00Z', '2026-02-28T06:30:00.123-05:30'])
      expect([good, timed(good)]).toEqual([good, true]);
    for (const bad of [
      '2026-02-28T06:30:00',
      '2026-02-28',
      '2026-02-30T06:30:00Z',
      '2026-02-28T25:00:00Z',
      '28.2.2026',
      '',
      1772260200,
      '9999-01-01T00:00:00Z',
      '+020026-01-01T00:00:00Z',
    ]) {
      expect([bad, timed(bad)]).toEqual([bad, false]);
    }
  });

  test('that are taken are moments, whatever is sent', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('2199-12-31'), noInvalidDate: true }),
        (date) => {
          expect(timed(date.toISOString())).toBe(true);
        },
      ),
    );
  });
});

describe('bodies', () => {
  test('with fields that nobody knows are refused', () => {
    const schemas = [
      input.pagePatch,
      input.groupPatch,
      input.componentPatch,
      input.incidentPatch,
      input.incidentUpdatePatch,
      input.maintenancePatch,
      input.maintenanceUpdatePatch,
    ];
    for (const schema of schemas) {
      expect(takes(schema, {})).toBe(true);
      expect(takes(schema, { nonsense: 1 })).toBe(false);
      expect(takes(schema, [])).toBe(false);
    }
  });

  test('name each component once, at most two thousand, each by a UUID', () => {
    const listed = (list: unknown) => takes(input.statusesPatch, list);
    const uuid = (n: number) => `019a0000-0001-7000-8000-${n.toString(16).padStart(12, '0')}`;
    const many = (n: number) =>
      Array.from({ length: n }, (_, one) => ({ id: uuid(one), status: 'operational' }));
    expect([listed(many(1)), listed(many(2000)), listed(many(2001)), listed([])]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(listed([...many(1), ...many(1)])).toBe(false);
    expect(listed([{ id: 'api', status: 'operational' }])).toBe(false);
    expect(listed([{ id: ID, status: 'OPERATIONAL' }])).toBe(false);
  });

  test('of a page take a slug that no one mistakes for an id, a domain in small letters, a time zone that exists', () => {
    const page = (fields: object) => takes(input.pageCreate, { name: 'Acme', ...fields });
    for (const slug of ['acme', '1', 'a-b', 'a'.repeat(63)])
      expect([slug, page({ slug })]).toEqual([slug, true]);
    for (const slug of [
      '',
      'Acme',
      '-a',
      'a_b',
      'a'.repeat(64),
      ID,
      '00000000-0000-0000-0000-000000000001',
      'a/b',
      'ä',
    ])
      expect([slug, page({ slug })]).toEqual([slug, false]);
    for (const domain of ['status.acme.example', 'a.b', 'xn--bcher-kva.example'])
      expect([domain, page({ domain })]).toEqual([domain, true]);
    for (const domain of [
      'localhost',
      'Status.example',
      '1.2.3.4',
      'a..b',
      'a.b:80',
      '-a.b',
      'http://a.b',
      'a.b.',
    ])
      expect([domain, page({ domain })]).toEqual([domain, false]);
    for (const timezone of ['Etc/UTC', 'Europe/Zurich']) expect(page({ timezone })).toBe(true);
    for (const timezone of ['Mars/Olympus', '+01:00', '']) expect(page({ timezone })).toBe(false);
    for (const accent of ['#3046c8', '#ABCDEF', null]) expect(page({ accent })).toBe(true);
    for (const accent of ['red', '#abc', '#3046c8;}']) expect(page({ accent })).toBe(false);
  });

  test('fill in what is left out as the contract says', () => {
    expect(input.incidentCreate.parse({ title: 'Errors', body: 'Errors.' })).toEqual({
      title: 'Errors',
      body: 'Errors.',
      status: 'investigating',
    });
    expect(input.incidentUpdateCreate.parse({ status: 'monitoring', body: 'Mended.' })).toEqual({
      status: 'monitoring',
      body: 'Mended.',
      notify: true,
    });
    const times = { starts_at: '2026-02-28T06:30:00Z', ends_at: '2026-02-28T07:30:00Z' };
    const window = { title: 'Work', body: 'Work.', ...times };
    expect(input.maintenanceCreate.parse(window)).toEqual({
      ...window,
      auto_start: true,
      auto_complete: true,
      notify: true,
    });
  });
});
