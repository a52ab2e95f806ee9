import { describe, expect, test } from 'vitest';
import { heavierImpact, impactOf, statusOf } from '../../src/domain/incident.ts';
import { COMPONENT_STATUSES, IMPACTS, INCIDENT_STATUSES } from '../../src/domain/status.ts';
import type { SaidUpdate } from '../../src/domain/timeline.ts';
import { fc } from '../fixtures/properties.ts';

const IDS = ['api', 'web', 'mail'];
const update = (): fc.Arbitrary<SaidUpdate> =>
  fc.record({
    at: fc.nat(),
    status: fc.constantFrom(...INCIDENT_STATUSES),
    components: fc.uniqueArray(
      fc.record({ id: fc.constantFrom(...IDS), status: fc.constantFrom(...COMPONENT_STATUSES) }),
      { selector: ({ id }) => id },
    ),
  });
const updates = fc.array(update(), { minLength: 1, maxLength: 6 });
const says = (...lists: [string, (typeof COMPONENT_STATUSES)[number]][][]): SaidUpdate[] =>
  lists.map((list, at) => ({
    at,
    status: 'investigating',
    components: list.map(([id, status]) => ({ id, status })),
  }));
const weight = (impact: (typeof IMPACTS)[number]) => IMPACTS.indexOf(impact);

describe('the impact', () => {
  test('is none, minor or major by the worst word', () => {
    expect(impactOf(says([]), 3)).toBe('none');
    expect(impactOf(says([['api', 'operational']]), 3)).toBe('none');
    for (const status of ['under_maintenance', 'degraded_performance', 'partial_outage'] as const) {
      expect(impactOf(says([['api', status]]), 3)).toBe('minor');
    }
    expect(
      impactOf(says([['api', 'partial_outage']], [['web', 'major_outage']], [['web', 'operational']]), 3),
    ).toBe('major');
  });

  test('is critical when all components are down at one moment, also by several updates', () => {
    const allDown = says(
      [['api', 'major_outage']],
      [
        ['web', 'major_outage'],
        ['mail', 'major_outage'],
      ],
    );
    expect(impactOf(allDown, 3)).toBe('critical');
    expect(impactOf(allDown, 4)).toBe('major');
    const oneAfterTheOther = says(
      [
        ['api', 'major_outage'],
        ['web', 'major_outage'],
      ],
      [['api', 'partial_outage']],
      [['mail', 'major_outage']],
    );
    expect(impactOf(oneAfterTheOther, 3)).toBe('major');
  });

  test('is critical of a page of one component that is down, and none of a page without components', () => {
    expect(impactOf(says([['api', 'major_outage']]), 1)).toBe('critical');
    expect(impactOf(says([]), 0)).toBe('none');
  });

  test('does not add up what was down before a reopening and after it', () => {
    const [first, second] = says(
      [
        ['api', 'major_outage'],
        ['web', 'major_outage'],
      ],
      [['mail', 'major_outage']],
    );
    expect(impactOf([first!, { at: 1, status: 'resolved', components: [] }, second!], 3)).toBe('major');
  });

  test('never falls by a further update', () => {
    fc.assert(
      fc.property(updates, update(), (list, next) => {
        expect(weight(impactOf([...list, next], 3))).toBeGreaterThanOrEqual(weight(impactOf(list, 3)));
      }),
    );
  });

  test('never rises when the page gets another component', () => {
    fc.assert(
      fc.property(updates, (list) => {
        expect(weight(impactOf(list, 4))).toBeLessThanOrEqual(weight(impactOf(list, 3)));
      }),
    );
  });

  test('of two is the heavier one', () => {
    expect(heavierImpact('minor', 'critical')).toBe('critical');
    expect(heavierImpact('major', 'none')).toBe('major');
  });
});

test('the status of an incident is that of its newest update', () => {
  fc.assert(
    fc.property(updates, (list) => {
      expect(statusOf(list)).toBe(list.at(-1)!.status);
    }),
  );
});
