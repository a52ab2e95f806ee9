import { describe, expect, test } from 'vitest';
import type { ComponentStatus } from '../../src/domain/status.ts';
import { type Claim, shownTimeline } from '../../src/domain/timeline.ts';
import { type Accused, sharesOf, tenthsOf } from '../../src/domain/uptime-causes.ts';
import { fc } from '../fixtures/properties.ts';

const END = 1_000;
const status = fc.constantFrom<ComponentStatus>('degraded_performance', 'partial_outage', 'major_outage');
const claim = fc
  .record({ from: fc.integer({ min: -100, max: END }), length: fc.integer({ min: 1, max: 400 }), status })
  .map(({ from, length, status }): Claim => ({ from, to: from + length, status }));
const accused = fc
  .array(
    fc.record({ startedAt: fc.integer({ min: -100, max: END }), claims: fc.array(claim, { maxLength: 3 }) }),
    {
      maxLength: 4,
    },
  )
  .map((list) => list.map((one, place): Accused => ({ ...one, id: `incident ${place}` })));
const set = fc.array(fc.record({ at: fc.integer({ min: 0, max: END }), status }), { maxLength: 3 });

describe('The shares of incidents in lost uptime', () => {
  test('add up to the outage that was shown, whatever overlaps', () => {
    fc.assert(
      fc.property(accused, set, (list, changes) => {
        const claims = list.flatMap((one) => one.claims);
        const shown = shownTimeline({ set: changes, claims, holds: [] }, 0, END);
        const shares = sharesOf(shown, 0, END, list);
        for (const lost of ['partial_outage', 'major_outage'] as const) {
          const outage = shown.reduce(
            (sum, one, place) => (one.status === lost ? sum + (shown[place + 1]?.at ?? END) - one.at : sum),
            0,
          );
          expect(shares.reduce((sum, one) => sum + one.lost[lost], 0)).toBe(outage);
        }
        expect(shares.map(tenthsOf)).toEqual(shares.map(tenthsOf).sort((a, b) => b - a));
        if (changes.length === 0) expect(shares.map(({ id }) => id)).not.toContain(null);
      }),
    );
  });

  test('go to the incident that said what was shown, of several to the first', () => {
    const early: Accused = {
      id: 'early',
      startedAt: 100,
      claims: [{ from: 100, to: 500, status: 'partial_outage' }],
    };
    const late: Accused = {
      id: 'late',
      startedAt: 200,
      claims: [
        { from: 200, to: 300, status: 'major_outage' },
        { from: 300, to: 700, status: 'partial_outage' },
      ],
    };
    const claims = [...early.claims, ...late.claims];
    const shown = shownTimeline({ set: [{ at: 650, status: 'partial_outage' }], claims, holds: [] }, 0, END);
    expect(sharesOf(shown, 0, END, [late, early])).toEqual([
      { id: 'late', lost: { partial_outage: 200, major_outage: 100 } },
      { id: 'early', lost: { partial_outage: 300, major_outage: 0 } },
      { id: null, lost: { partial_outage: 300, major_outage: 0 } },
    ]);
  });
});
