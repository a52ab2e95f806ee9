import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../src/domain/languages.ts';
import { statusView } from '../../src/render/view/status-page.ts';
import { datesFor } from '../../src/text/dates.ts';
import { dictionaries, dictionaryFor } from '../../src/text/dictionary.ts';
import { duration } from '../../src/text/duration.ts';
import { northwind, outageSnapshot } from '../fixtures/snapshots.ts';

const plain = (html: string) => html.replaceAll(/<[^>]*>/g, '');
const AFTERNOON = Date.parse('2026-11-23T14:05:09Z');
const HOUR = 3_600_000;

/** Everything that a dictionary says, functions called with numbers that every plural rule tells apart. */
function said(language: (typeof LANGUAGES)[number]): string[] {
  const of = (value: unknown): string[] => {
    if (typeof value === 'string') return [value];
    if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(of);
    return [0, 1, 2, 3, 11, 100].map((count) => (value as (...parts: number[]) => string)(count, count + 1));
  };
  return of(dictionaries[language]);
}

describe.each(LANGUAGES)('the words in %s', (language) => {
  it('hold nothing that means something in HTML', () => {
    for (const text of said(language)) expect(text).not.toMatch(/[<>&"]|undefined/);
  });

  it('belong to the language that they are listed under', () => {
    expect(dictionaryFor(language).language).toBe(language);
    expect(dictionaryFor(`${language}-XX`).language).toBe(language);
  });
});

it('a language that has no dictionary is told in English', () => {
  expect(dictionaryFor('tlh').language).toBe('en');
  expect(dictionaryFor('constructor').language).toBe('en');
});

describe('the status page in other languages', () => {
  const detail = (language: string) =>
    plain(statusView({ ...outageSnapshot(), page: { ...northwind, language } }).detailHtml);

  it('says what is affected and since when', () => {
    expect(detail('de')).toBe('3 von 17 Komponenten betroffen. Eine offene Störung seit 14:05 UTC.');
    expect(detail('fr')).toBe('3 composants touchés sur 17. 1 incident en cours, depuis 14:05 UTC.');
    expect(detail('ar')).toBe('المكوّنات المتأثرة: 3 من 17. حادث واحد مفتوح منذ 14:05 UTC.');
  });

  it('runs from right to left in Arabic', () => {
    const { chrome } = statusView({ ...outageSnapshot(), page: { ...northwind, language: 'ar' } });
    expect([chrome.language, chrome.direction]).toEqual(['ar', 'rtl']);
  });
});

describe('moments and lengths of time', () => {
  it('are written as the language writes them', () => {
    expect(datesFor('de', 'Europe/Zurich').fullMoment(AFTERNOON)).toBe('23. November 2026, 15:05 MEZ');
    expect(datesFor('fr', 'Etc/UTC').fullMoment(AFTERNOON)).toBe('23 novembre 2026, 14:05 UTC');
    expect(datesFor('ar', 'Europe/Zurich').fullMoment(AFTERNOON)).toBe('23 نوفمبر 2026، 15:05 CET');
    expect(datesFor('de', 'Etc/UTC').dates('2026-11-12', '2026-11-22')).toBe('12.–22. Nov.');
  });

  it('agree with their numbers', () => {
    expect(duration(26 * HOUR, 'de')).toBe('1 Tag, 2 Stunden');
    expect(duration(26 * HOUR, 'fr')).toBe('1\u00a0jour 2\u00a0heures');
    expect(duration(2 * HOUR + 300_000, 'ar')).toBe('ساعتان و5 دقائق');
  });
});
