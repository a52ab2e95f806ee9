import { describe, expect, it } from 'vitest';
import { type ComponentStatus, INCIDENT_STATUSES } from '../../src/domain/status.ts';
import {
  claimsNow,
  claimsOf,
  type Facts,
  type SaidUpdate,
  shownTimeline,
} from '../../src/domain/timeline.ts';
import { facts, HORIZON, shownAt, status } from '../fixtures/facts.ts';
import { fc, runs } from '../fixtures/properties.ts';

const update = fc.record({
  at: fc.integer({ min: 0, max: HORIZON }),
  status: fc.constantFrom(...INCIDENT_STATUSES),
  components: fc.array(fc.record({ id: fc.constantFrom('api', 'web', 'mail'), status }), { maxLength: 3 }),
});
const updates = fc.array(update, { minLength: 1, maxLength: 8 });

/** What the incident says at one moment: its updates up to then, told in their order. */
function saidAt(told: readonly SaidUpdate[], startedAt: number, id: string, moment: number): ComponentStatus {
  let said: ComponentStatus = 'operational';
  for (const [i, entry] of told.toSorted((a, b) => a.at - b.at).entries()) {
    const time = Math.max(startedAt, entry.at);
    if (moment >= (i === 0 ? startedAt : time))
      said = entry.components.findLast((c) => c.id === id)?.status ?? said;
    if (moment >= time && entry.status === 'resolved') said = 'operational';
  }
  return said;
}

describe('what a component showed over time', () => {
  it('is at each moment the worst of what was set, said and held', () => {
    fc.assert(
      fc.property(facts, (known) => {
        const changes = shownTimeline(known, 0, HORIZON);
        expect(changes[0]!.at).toBe(0);
        for (let i = 1; i < changes.length; i++) {
          expect(changes[i]!.at).toBeGreaterThan(changes[i - 1]!.at);
          expect(changes[i]!.at).toBeLessThan(HORIZON);
          expect(changes[i]!.status).not.toBe(changes[i - 1]!.status);
        }
        for (let moment = 0; moment < HORIZON; moment++) {
          const shown = changes.findLast((change) => change.at <= moment)!.status;
          expect(shown).toBe(shownAt(known, moment));
        }
      }),
      { numRuns: runs(400) },
    );
  });

  it('is operational when nothing is known, and what shows now when asked for one moment', () => {
    expect(shownTimeline({ set: [], claims: [], holds: [] }, 5, 9)).toEqual([
      { at: 5, status: 'operational' },
    ]);
    const known: Facts = {
      set: [{ at: 1, status: 'degraded_performance' }],
      claims: [{ from: 5, to: null, status: 'partial_outage' }],
      holds: [{ from: 0, to: null }],
    };
    expect(shownTimeline(known, 5, 5)).toEqual([{ at: 5, status: 'partial_outage' }]);
    expect(shownTimeline(known, 4, 4)).toEqual([{ at: 4, status: 'degraded_performance' }]);
  });

  it('does not depend on the order in which the facts are given', () => {
    const later = { at: 8, status: 'operational' } as const;
    const earlier = { at: 2, status: 'major_outage' } as const;
    const changes = shownTimeline({ set: [later, earlier], claims: [], holds: [] }, 0, 10);
    expect(changes.map((change) => change.at)).toEqual([0, 2, 8]);
  });
});

describe('what an incident says of a component', () => {
  it('is at each moment what its updates up to then add up to', () => {
    fc.assert(
      fc.property(updates, fc.integer({ min: 0, max: HORIZON }), (told, startedAt) => {
        const claims = claimsOf(told, startedAt, 'api');
        for (const claim of claims) expect(claim.to === null || claim.to > claim.from).toBe(true);
        for (let moment = 0; moment <= HORIZON; moment++) {
          const said = claims.filter(({ from, to }) => from <= moment && (to === null || moment < to));
          expect(said.length).toBeLessThanOrEqual(1);
          // Of updates at one moment the last one counts; the model tells them one by one and ends there too.
          const expected = moment < startedAt ? 'operational' : saidAt(told, startedAt, 'api', moment);
          expect(said[0]?.status ?? 'operational').toBe(expected);
        }
      }),
      { numRuns: runs(400) },
    );
  });

  it('ends as it stands now, for every component it ever named', () => {
    fc.assert(
      fc.property(updates, (told) => {
        const now = claimsNow(told);
        expect(new Set(now.keys())).toEqual(
          new Set(told.flatMap((entry) => entry.components.map(({ id }) => id))),
        );
        for (const [id, said] of now) {
          expect(claimsOf(told, 0, id).find((claim) => claim.to === null)?.status ?? 'operational').toBe(
            said,
          );
        }
      }),
      { numRuns: runs(300) },
    );
  });

  const named = (id: string, said: ComponentStatus) => [{ id, status: said }];

  it('stays as it was when an update names others only, and goes when taken back', () => {
    const told: SaidUpdate[] = [
      { at: 10, status: 'investigating', components: named('api', 'major_outage') },
      { at: 20, status: 'identified', components: named('web', 'degraded_performance') },
      { at: 30, status: 'monitoring', components: named('api', 'operational') },
    ];
    expect(claimsOf(told, 4, 'api')).toEqual([{ from: 4, to: 30, status: 'major_outage' }]);
    expect(claimsOf(told, 4, 'web')).toEqual([{ from: 20, to: null, status: 'degraded_performance' }]);
    expect([...claimsNow(told)]).toEqual([
      ['api', 'operational'],
      ['web', 'degraded_performance'],
    ]);
  });

  it('is taken back by resolving, and said anew only for what a reopening names', () => {
    const told: SaidUpdate[] = [
      {
        at: 10,
        status: 'investigating',
        components: [...named('api', 'major_outage'), ...named('web', 'partial_outage')],
      },
      { at: 20, status: 'resolved', components: [] },
      { at: 30, status: 'investigating', components: named('web', 'partial_outage') },
    ];
    expect(claimsOf(told, 10, 'api')).toEqual([{ from: 10, to: 20, status: 'major_outage' }]);
    expect(claimsOf(told, 10, 'web')).toEqual([
      { from: 10, to: 20, status: 'partial_outage' },
      { from: 30, to: null, status: 'partial_outage' },
    ]);
  });

  it('lasts from start to end when the incident is put on record afterwards', () => {
    const told: SaidUpdate[] = [{ at: 50, status: 'resolved', components: named('api', 'major_outage') }];
    expect(claimsOf(told, 20, 'api')).toEqual([{ from: 20, to: 50, status: 'major_outage' }]);
    expect([...claimsNow(told)]).toEqual([['api', 'operational']]);
  });
});
