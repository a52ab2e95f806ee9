import { describe, expect, it } from 'vitest';
import {
  addDays,
  addMonths,
  dayOf,
  dayStart,
  isTimeZone,
  lastDays,
  monthOf,
  monthRange,
} from '../../src/domain/calendar.ts';
import { fc, runs } from '../fixtures/properties.ts';

const HOUR = 3_600_000;
const ZONES = [
  'Etc/UTC',
  'Europe/Zurich',
  'America/New_York',
  'America/Sao_Paulo',
  'America/St_Johns',
  'America/Havana',
  'Asia/Kathmandu',
  'Asia/Beirut',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kwajalein',
  'Pacific/Kiritimati',
  'Africa/Casablanca',
];
const zone = fc.constantFrom(...ZONES);
const date = fc
  .integer({ min: Date.UTC(1970, 0, 3) / 86_400_000, max: Date.UTC(2060, 0, 1) / 86_400_000 })
  .map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10));
const moment = fc.integer({ min: Date.UTC(1970, 0, 3), max: Date.UTC(2060, 0, 1) });

/** What a clock on the wall shows, from the platform's own zone data. */
function wallDate(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(at);
}

function hoursOf(day: string, timeZone: string): number {
  return (dayStart(addDays(day, 1), timeZone) - dayStart(day, timeZone)) / HOUR;
}

describe('days in a time zone', () => {
  it('follow each other without a gap, in every zone and year', () => {
    fc.assert(
      fc.property(date, zone, (day, name) => {
        const start = dayStart(day, name);
        const end = dayStart(addDays(day, 1), name);
        expect(end).toBeGreaterThanOrEqual(start);
        if (end === start) return;
        expect(dayOf(start, name)).toBe(day);
        expect(dayOf(end - 1, name)).toBe(day);
        expect(dayOf(start - 1, name) < day).toBe(true);
      }),
      { numRuns: runs(500) },
    );
  });

  it('hold each moment in exactly one day', () => {
    fc.assert(
      fc.property(moment, zone, (at, name) => {
        const day = dayOf(at, name);
        expect(dayStart(day, name)).toBeLessThanOrEqual(at);
        expect(dayStart(addDays(day, 1), name)).toBeGreaterThan(at);
        expect(monthOf(at, name)).toBe(day.slice(0, 7));
      }),
      { numRuns: runs(500) },
    );
  });

  it('are those that a clock on the wall shows', () => {
    fc.assert(
      fc.property(
        moment,
        fc.constantFrom('Europe/Zurich', 'America/Sao_Paulo', 'Pacific/Apia'),
        (at, name) => {
          expect(dayOf(at, name)).toBe(wallDate(at, name));
        },
      ),
      { numRuns: runs(300) },
    );
  });

  it('last 23 hours when the clock goes forward and 25 when it goes back', () => {
    expect(hoursOf('2026-03-29', 'Europe/Zurich')).toBe(23);
    expect(hoursOf('2026-10-25', 'Europe/Zurich')).toBe(25);
    expect(hoursOf('2026-10-26', 'Europe/Zurich')).toBe(24);
    expect(hoursOf('2026-04-05', 'Australia/Lord_Howe')).toBe(24.5);
  });

  it('begin at one in the morning where São Paulo had no midnight', () => {
    const start = dayStart('2018-11-04', 'America/Sao_Paulo');
    expect(new Date(start).toISOString()).toBe('2018-11-04T03:00:00.000Z');
    expect(hoursOf('2018-11-04', 'America/Sao_Paulo')).toBe(23);
    expect(dayOf(start - 1, 'America/Sao_Paulo')).toBe('2018-11-03');
  });

  it('leave out the day that Samoa skipped', () => {
    expect(hoursOf('2011-12-30', 'Pacific/Apia')).toBe(0);
    const now = dayStart('2012-01-01', 'Pacific/Apia') + HOUR;
    const dates = lastDays(now, 'Pacific/Apia', 4).map((day) => day.date);
    expect(dates).toEqual(['2011-12-28', '2011-12-29', '2011-12-31', '2012-01-01']);
  });

  it('begin once where the clock goes back just after midnight', () => {
    const start = dayStart('2005-10-30', 'America/St_Johns');
    expect(dayOf(start + 30 * 60_000, 'America/St_Johns')).toBe('2005-10-30');
    expect(hoursOf('2005-10-30', 'America/St_Johns')).toBe(25);
  });
});

describe('the last days of a page', () => {
  it('end with the current day as long as it is so far', () => {
    const now = Date.parse('2026-02-28T06:30:00Z');
    const days = lastDays(now, 'Europe/Zurich', 90);
    expect(days).toHaveLength(90);
    expect(days[89]).toEqual({ date: '2026-02-28', start: now - 7.5 * HOUR, length: 7.5 * HOUR });
    expect(days[88]).toEqual({ date: '2026-02-27', start: now - 31.5 * HOUR, length: 24 * HOUR });
    expect(days[0]!.date).toBe('2025-12-01');
  });

  it('hold a current day of no length at its first moment', () => {
    const now = dayStart('2026-06-01', 'Europe/Zurich');
    expect(lastDays(now, 'Europe/Zurich', 2)).toEqual([
      { date: '2026-05-31', start: now - 24 * HOUR, length: 24 * HOUR },
      { date: '2026-06-01', start: now, length: 0 },
    ]);
  });

  it('cover the time up to now without a gap', () => {
    fc.assert(
      fc.property(moment, zone, fc.integer({ min: 1, max: 90 }), (now, name, count) => {
        const days = lastDays(now, name, count);
        expect(days).toHaveLength(count);
        for (const [i, day] of days.entries()) {
          expect(day.start + day.length).toBe(days[i + 1]?.start ?? now);
          expect(day.length).toBeGreaterThanOrEqual(i === count - 1 ? 0 : 1);
        }
      }),
      { numRuns: runs(60) },
    );
  });
});

describe('months', () => {
  it('are counted over the end of a year, in both directions', () => {
    expect(addMonths('2026-01', -1)).toBe('2025-12');
    expect(addMonths('2025-12', 1)).toBe('2026-01');
    expect(addMonths('2026-05', -17)).toBe('2024-12');
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29');
  });

  it('run from their first midnight to that of the next month', () => {
    const { start, end } = monthRange('2026-03', 'Europe/Zurich');
    expect((end - start) / HOUR).toBe(31 * 24 - 1);
    expect(monthOf(start, 'Europe/Zurich')).toBe('2026-03');
    expect(monthOf(start - 1, 'Europe/Zurich')).toBe('2026-02');
    expect(monthOf(end, 'Europe/Zurich')).toBe('2026-04');
  });
});

describe('the name of a time zone', () => {
  it('is one that is known, and not a bare offset or a sentence', () => {
    for (const name of [...ZONES, 'UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5']) {
      expect(isTimeZone(name)).toBe(true);
    }
    for (const name of ['', '+01:00', 'Mars/Olympus', 'Europe/Zurich\n', '2026-01-01[Europe/Zurich]', 'Z']) {
      expect(isTimeZone(name)).toBe(false);
    }
    expect(() => dayOf(0, 'Mars/Olympus')).toThrow(RangeError);
  });
});
