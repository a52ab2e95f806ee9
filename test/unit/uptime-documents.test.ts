import { describe, expect, it } from 'vitest';
import { COMPONENT_STATUSES } from '../../src/domain/status.ts';
import { cellsOf } from '../../src/domain/uptime.ts';
import { secondsOf, uptimeDocument, uptimeJson } from '../../src/render/documents/uptime.ts';
import { csvCell, uptimeCsv, uptimeCsvOf } from '../../src/render/documents/uptime-csv.ts';
import type { PageSnapshot } from '../../src/snapshot/schema.ts';
import { fc } from '../fixtures/properties.ts';
import { DAY, HOUR } from '../fixtures/snapshot-parts.ts';
import { manyComponents, outageSnapshot, quietSnapshot } from '../fixtures/snapshots.ts';

/** What the document has to say of each component, made without any memory of earlier documents. */
function expectedOf({ components, days }: PageSnapshot) {
  return components.map(({ id, name, percent, days: records, since }) => ({
    id,
    name,
    percent: { ...percent },
    days: cellsOf(days, records, since).map((cell) => ({
      date: cell.date,
      percent: cell.percent,
      seconds: secondsOf(cell.shown),
    })),
  }));
}

function told(snapshot: PageSnapshot) {
  return uptimeDocument(snapshot).components;
}

const whole = (pieces: Iterable<string>) => [...pieces].join('');

describe('the uptime document', () => {
  it('tells the rule, and of each component percentages and all ninety days', () => {
    const document = uptimeDocument(outageSnapshot());
    expect(document.rule).toContain('30 %');
    const [zurich] = document.components;
    expect(Object.keys(zurich!)).toEqual(['id', 'name', 'percent', 'days']);
    expect(Object.keys(zurich!.percent)).toEqual(['1', '7', '30', '90']);
    expect(zurich!.days).toHaveLength(90);
    expect(zurich!.days[0]).toEqual({
      date: '2026-08-26',
      percent: 98.611,
      seconds: { operational: 85_200, major_outage: 1200 },
    });
    expect(zurich!.days[89]).toEqual({
      date: '2026-11-23',
      percent: 100,
      seconds: { operational: 14 * 3600 + 53 * 60 + 9 },
    });
  });

  it('says the same again, and what is new, whichever page was told before', () => {
    const snapshot = manyComponents(40);
    expect(told(snapshot)).toEqual(expectedOf(snapshot));
    expect(told(snapshot)).toEqual(expectedOf(snapshot));
    expect(told(outageSnapshot())).toEqual(expectedOf(outageSnapshot()));

    const later = { ...snapshot, days: snapshot.days.with(89, { ...snapshot.days[89]!, length: 20 * HOUR }) };
    expect(told(later)).toEqual(expectedOf(later));

    const today = snapshot.days[89]!;
    const nextDay = { date: '2026-11-24', start: today.start + DAY, length: HOUR };
    const tomorrow = {
      ...snapshot,
      days: [...snapshot.days.slice(1, 89), { ...today, length: DAY }, nextDay],
    };
    expect(told(tomorrow)).toEqual(expectedOf(tomorrow));
  });

  it('says that nothing is known of days before a component existed', () => {
    const snapshot = manyComponents(16);
    const ages = [0, HOUR, DAY, DAY + HOUR, 30 * DAY, 89 * DAY + HOUR, 200 * DAY];
    snapshot.components = snapshot.components.map((component, i) => ({
      ...component,
      since: snapshot.asOf - ages[i % ages.length]!,
    }));
    const document = told(snapshot);
    expect(document).toEqual(expectedOf(snapshot));
    expect(document[1]!.days[88]).toEqual({ date: '2026-11-22', percent: null, seconds: {} });
    expect(document[1]!.days[89]!.seconds).toEqual({ operational: 3600 });
  });

  it('is valid for a page without components or without days', () => {
    expect(told({ ...quietSnapshot(), components: [] })).toEqual([]);
    expect(told({ ...quietSnapshot(), days: [] })[0]!.days).toEqual([]);
    expect(whole(uptimeJson(quietSnapshot())).endsWith(']}\n')).toBe(true);
  });

  it('counts whole seconds that add up to the day', () => {
    const shown = fc.record(
      Object.fromEntries(COMPONENT_STATUSES.map((status) => [status, fc.nat(30_000_000)])),
    ) as fc.Arbitrary<Record<(typeof COMPONENT_STATUSES)[number], number>>;
    fc.assert(
      fc.property(shown, (day) => {
        const seconds = secondsOf(day);
        const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
        expect(sum(Object.values(seconds))).toBe(Math.round(sum(Object.values(day)) / 1000));
        for (const [status, count] of Object.entries(seconds)) {
          expect(count).toBeGreaterThan(0);
          expect(Math.abs(count - day[status as keyof typeof day] / 1000)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe('the uptime table', () => {
  it('has a row per component and day, each with the seconds of every status', () => {
    const lines = whole(uptimeCsv(outageSnapshot())).split('\r\n');
    expect(lines).toHaveLength(1 + 17 * 90 + 1);
    expect(lines[0]).toBe(
      'component_id,component,date,percent,operational_seconds,under_maintenance_seconds,' +
        'degraded_performance_seconds,partial_outage_seconds,major_outage_seconds',
    );
    expect(lines[1]).toBe(
      `${outageSnapshot().components[0]!.id},Zürich (ZRH),2026-08-26,98.611,85200,0,0,0,1200`,
    );
    expect(lines[6 * 90 + 1]).toContain(',"Block storage, Frankfurt",2026-08-26,100,86400,0,0,0,0');
    expect(lines.at(-1)).toBe('');
  });

  it('can be opened in a spreadsheet without running anything', () => {
    expect(csvCell('=HYPERLINK("http://x")')).toBe(`"'=HYPERLINK(""http://x"")"`);
    expect(['+1', '-1', '@x', '\tx', ' =x'].map(csvCell)).toEqual(["'+1", "'-1", "'@x", "'\tx", "' =x"]);
    expect(csvCell('a\r\nb\u0000')).toBe('"a\nb"');
    expect(csvCell('Zürich (ZRH)')).toBe('Zürich (ZRH)');
  });

  it('keeps a name with signs that mean something elsewhere', () => {
    const { components, days } = quietSnapshot();
    const table = whole(uptimeCsvOf([{ ...components[0]!, name: "$& $1 $$ $' $`" }], days.slice(-2)));
    expect(table.split('\r\n').filter((line) => line.includes(",$& $1 $$ $' $`,2026-"))).toHaveLength(2);
  });

  it('has only its head where there are no days', () => {
    expect(whole(uptimeCsvOf(quietSnapshot().components, [])).split('\r\n')).toHaveLength(2);
  });
});
