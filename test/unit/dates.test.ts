import { describe, expect, it } from 'vitest';
import { datesFor } from '../../src/text/dates.ts';
import { duration } from '../../src/text/duration.ts';
import { formatPercent } from '../../src/text/percent.ts';

const NOON = Date.parse('2026-11-23T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('moments on a page', () => {
  const utc = datesFor('en', 'Etc/UTC');

  it('carry the zone of the page', () => {
    expect(utc.time(NOON)).toBe('12:00 UTC');
    expect(utc.clock(NOON + 9000)).toBe('12:00:09 UTC');
    expect(datesFor('en', 'Europe/Zurich').time(NOON)).toBe('13:00 CET');
    expect(datesFor('en', 'Europe/Zurich').time(NOON - 120 * DAY)).toBe('14:00 CEST');
    expect(datesFor('en', 'America/New_York').time(NOON)).toBe('07:00 EST');
    expect(datesFor('en', 'Asia/Kolkata').time(NOON)).toBe('17:30 GMT+5:30');
  });

  it('tell their date when it is not that of the page', () => {
    expect(utc.moment(NOON - HOUR, NOON)).toBe('11:00 UTC');
    expect(utc.moment(NOON - DAY, NOON)).toBe('22 Nov, 12:00 UTC');
    expect(utc.moment(NOON - 365 * DAY, NOON)).toBe('23 Nov 2025, 12:00 UTC');
  });

  it('are on the day of the page’s own time zone', () => {
    const kiritimati = datesFor('en', 'Pacific/Kiritimati');
    expect(kiritimati.dateOf(NOON)).toBe('2026-11-24');
    expect(kiritimati.monthOf(Date.parse('2026-11-30T12:00:00Z'))).toBe('2026-12');
    expect(kiritimati.moment(NOON - 3 * HOUR, NOON)).toBe('23 Nov, 23:00 GMT+14');
  });

  it('make ranges that name a day only when they need it', () => {
    expect(utc.range(NOON, NOON + 2 * HOUR, NOON)).toBe('12:00–14:00 UTC');
    expect(utc.range(NOON, NOON + DAY, NOON)).toBe('23 Nov, 12:00 – 24 Nov, 12:00 UTC');
    expect(utc.fullRange(NOON, NOON + HOUR)).toBe('23 November 2026, 12:00–13:00 UTC');
  });

  it('are told in full in the archive', () => {
    expect(utc.fullMoment(NOON)).toBe('23 November 2026, 12:00 UTC');
    expect(utc.month('2026-11')).toBe('November 2026');
  });

  it('fold days into a range', () => {
    expect(utc.dates('2026-11-12', '2026-11-22')).toBe('12–22 Nov');
    expect(utc.dates('2026-10-30', '2026-11-02')).toBe('30 Oct – 2 Nov');
    expect(utc.dates('2026-11-12')).toBe('12 Nov');
  });

  it('name the year of a day only when it is another one', () => {
    expect(utc.day(NOON - 12 * DAY, NOON)).toBe('11 November');
    expect(utc.day(NOON - 365 * DAY, NOON)).toBe('23 November 2025');
  });
});

describe('the length of what is over', () => {
  it('is told by its two largest units', () => {
    expect(duration(31 * MINUTE, 'en')).toBe('31 minutes');
    expect(duration(HOUR, 'en')).toBe('1 hour');
    expect(duration(2 * HOUR + 5 * MINUTE, 'en')).toBe('2 hours 5 minutes');
    expect(duration(3 * DAY + 4 * HOUR + 59 * MINUTE, 'en')).toBe('3 days 4 hours');
    expect(duration(45_000, 'en')).toBe('45 seconds');
  });
});

describe('a share of time', () => {
  it('is never rounded up to all of it', () => {
    expect(formatPercent(100, 'en')).toBe('100.00%');
    expect(formatPercent(99.9999, 'en')).toBe('99.99%');
    expect(formatPercent(100 * (1 - (0.3 * 1) / (90 * DAY)), 'en')).toBe('99.99%');
    expect(formatPercent(99.97, 'en')).toBe('99.97%');
    expect(formatPercent(0, 'en')).toBe('0.00%');
  });
});
