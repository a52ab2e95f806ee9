import { expect, test } from 'vitest';
import { liveThrough } from '../soak/week.ts';

/** The short version of `npm run test:soak`: a day of 23 hours in Europe, and a leap over the half hour of Lord Howe. */
test('A day and the months after it pass as they should, with a clock that leaps', {
  timeout: 600_000,
}, async () => {
  const report = await liveThrough({
    startsAt: Date.parse('2027-03-27T20:00Z'),
    ...{ days: 1, step: 12, moments: 0.25, acts: 5, daysAfter: 1, leap: 46, seed: 7, way: 'date' },
  });
  expect(report.faults).toEqual([]);
  expect(report.judged.hours).toBe(4);
  expect([...report.judged.oddDays].sort()).toEqual([
    'Australia/Lord_Howe 2027-04-04: 24.5 h',
    'Europe/Berlin 2027-03-28: 23 h',
  ]);
  expect(report.figures.at(-1)!.temporary).toBe(0);
  expect(report.done.size).toBeGreaterThan(5);
});
