import { describe, expect, it } from 'vitest';
import { lastDays } from '../../src/domain/calendar.ts';
import { COMPONENT_STATUSES, type ComponentStatus } from '../../src/domain/status.ts';
import { shownTimeline } from '../../src/domain/timeline.ts';
import { cellsOf, dayRecord, isTrivial, recordsOf, uptimePercent } from '../../src/domain/uptime.ts';
import { at, facts, HORIZON, shownAt } from '../fixtures/facts.ts';
import { fc, runs } from '../fixtures/properties.ts';

describe('the record of a day', () => {
  it('adds up to the time that counts', () => {
    fc.assert(
      fc.property(facts, at, (known, since) => {
        const record = dayRecord('2026-01-01', 0, HORIZON, shownTimeline(known, 0, HORIZON), since);
        const sum = Object.values(record.shown).reduce((a, b) => a + b, 0);
        expect(sum).toBe(Math.max(0, HORIZON - Math.max(0, since)));
        for (const name of COMPONENT_STATUSES) {
          let units = 0;
          for (let m = Math.max(0, since); m < HORIZON; m++) if (shownAt(known, m) === name) units++;
          expect(record.shown[name]).toBe(units);
        }
      }),
      { numRuns: runs(300) },
    );
  });

  it('is left out when the component was operational all day', () => {
    const days = [0, 10, 20, 30].map((start) => ({ date: `2026-01-0${start / 10 + 1}`, start, length: 10 }));
    const changes = shownTimeline(
      {
        set: [
          { at: 12, status: 'major_outage' },
          { at: 20, status: 'operational' },
        ],
        claims: [],
        holds: [],
      },
      0,
      40,
    );
    const records = recordsOf(changes, days, 5);
    expect(records.map((record) => record.date)).toEqual(['2026-01-02']);
    expect(records[0]!.shown).toMatchObject({ operational: 2, major_outage: 8 });
    expect(records.some(isTrivial)).toBe(false);
    expect(cellsOf(days, records, 5).map(({ counted, percent }) => [counted, percent])).toEqual([
      [5, 100],
      [10, 20],
      [10, 100],
      [10, 100],
    ]);
  });
});

describe('uptime', () => {
  const now = Date.parse('2026-06-15T15:00:00Z');
  const days = lastDays(now, 'Europe/Zurich', 90);
  const outage = (from: number, to: number, said: ComponentStatus) =>
    recordsOf(
      shownTimeline({ set: [], claims: [{ from, to, status: said }], holds: [] }, days[0]!.start, now),
      days,
      0,
    );

  it('counts a major outage in full and a partial one with thirty per cent', () => {
    const { start } = days[80]!;
    const full = start + 86_400_000;
    expect(uptimePercent(days.slice(0, 81), outage(start, full, 'major_outage'), 0, 1)).toBe(0);
    expect(uptimePercent(days.slice(0, 81), outage(start, full, 'partial_outage'), 0, 1)).toBe(70);
    expect(uptimePercent(days.slice(0, 81), outage(start, full, 'degraded_performance'), 0, 1)).toBe(100);
    expect(uptimePercent(days.slice(0, 81), outage(start, full, 'under_maintenance'), 0, 1)).toBe(100);
  });

  it('reads 100 only when there was no trouble at all', () => {
    expect(uptimePercent(days, [], 0, 90)).toBe(100);
    expect(uptimePercent(days, outage(now - 1, now, 'partial_outage'), 0, 90)).toBe(99.999);
    expect(uptimePercent(days, outage(now - 1, now, 'degraded_performance'), 0, 90)).toBe(100);
  });

  it('is unknown while no time counts', () => {
    expect(uptimePercent(days, [], now, 90)).toBeNull();
    expect(uptimePercent([], [], 0, 90)).toBeNull();
    expect(cellsOf(days, [], days[88]!.start).filter(({ percent }) => percent === null)).toHaveLength(88);
  });

  it('stays between 0 and 100 and agrees with the days it is made of', () => {
    fc.assert(
      fc.property(facts, at, fc.integer({ min: 1, max: 5 }), (known, since, lastN) => {
        const short = [0, 10, 20, 30].map((start) => ({
          date: `2026-01-0${start / 10 + 1}`,
          start,
          length: 10,
        }));
        const records = recordsOf(shownTimeline(known, 0, HORIZON), short, since);
        const percent = uptimePercent(short, records, since, lastN);
        const cells = cellsOf(short, records, since).slice(-lastN);
        const sum = (name: ComponentStatus) => cells.reduce((total, cell) => total + cell.shown[name], 0);
        const counted = cells.reduce((total, cell) => total + cell.counted, 0);
        if (counted === 0) {
          expect(percent).toBeNull();
          return;
        }
        const exact = 100 - (sum('partial_outage') * 30 + sum('major_outage') * 100) / counted;
        expect(percent).toBeGreaterThanOrEqual(0);
        expect(Math.abs(percent! - exact)).toBeLessThan(0.0011);
        expect(percent === 100).toBe(sum('partial_outage') + sum('major_outage') === 0);
      }),
      { numRuns: runs(300) },
    );
  });
});
