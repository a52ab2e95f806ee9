import { describe, expect, test } from 'vitest';
import { headlineOf } from '../../src/domain/headline.ts';
import {
  COMPONENT_STATUSES,
  type ComponentStatus,
  IMPACTS,
  severityOf,
  worstOf,
} from '../../src/domain/status.ts';
import { fc } from '../fixtures/properties.ts';

const statuses = fc.array(fc.constantFrom(...COMPONENT_STATUSES), { maxLength: 12 });
const incidents = fc.array(fc.record({ impact: fc.constantFrom(...IMPACTS), startedAt: fc.nat() }), {
  maxLength: 3,
});
const of = (down: number, total: number): ComponentStatus[] =>
  Array.from({ length: total }, (_, n) => (n < down ? 'major_outage' : 'operational'));

describe('the headline', () => {
  test('is the worst component in words, but a major outage only from half of them on', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...COMPONENT_STATUSES), { minLength: 1, maxLength: 12 }),
        incidents,
        (list, open) => {
          const { kind } = headlineOf(list, open);
          const worst = worstOf(list);
          const down = list.filter((status) => status === 'major_outage').length;
          if (worst === 'operational') expect(kind).toBe(open.length > 0 ? 'incident_open' : 'operational');
          else if (worst === 'major_outage')
            expect(kind).toBe(down >= list.length / 2 ? 'major_outage' : 'partial_outage');
          else expect(kind).toBe(worst);
        },
      ),
    );
  });

  test('turns from partial to major outage exactly at half', () => {
    expect(
      [of(1, 3), of(1, 2), of(2, 4), of(2, 5), of(1, 1)].map((list) => headlineOf(list, []).kind),
    ).toEqual(['partial_outage', 'major_outage', 'major_outage', 'partial_outage', 'major_outage']);
  });

  test('says that nothing is listed yet on a page without components', () => {
    expect(headlineOf([], [])).toMatchObject({
      kind: 'nothing_listed',
      affected: 0,
      components: 0,
      openSince: null,
    });
  });

  test('marks an open incident on a page that is well by its impact', () => {
    const mark = (...impacts: (typeof IMPACTS)[number][]) =>
      headlineOf(
        ['operational'],
        impacts.map((impact) => ({ impact, startedAt: 1 })),
      ).mark;
    expect([mark('none'), mark('minor'), mark('major'), mark('critical'), mark('minor', 'major')]).toEqual([
      'degraded_performance',
      'degraded_performance',
      'major_outage',
      'major_outage',
      'major_outage',
    ]);
  });

  test('counts as affected what is worse than under maintenance, and knows since when something is open', () => {
    fc.assert(
      fc.property(statuses, incidents, (list, open) => {
        const facts = headlineOf(list, open);
        expect(facts.affected).toBe(list.filter((status) => severityOf(status) > 1).length);
        expect(facts.components).toBe(list.length);
        expect(facts.openIncidents).toBe(open.length);
        expect(facts.openSince).toBe(open.map(({ startedAt }) => startedAt).sort((a, b) => a - b)[0] ?? null);
      }),
    );
  });

  test('never shows a mark that is worse than the worst component, while there is trouble', () => {
    fc.assert(
      fc.property(statuses, incidents, (list, open) => {
        const { mark, kind } = headlineOf(list, open);
        if (kind !== 'incident_open') expect(severityOf(mark)).toBeLessThanOrEqual(severityOf(worstOf(list)));
      }),
    );
  });
});
