import type { LostStatus } from '../../domain/uptime-causes.ts';
import type { MonthReport, UptimeOverview } from '../../domain/uptime-report.ts';
import { isoTime } from '../../text/time.ts';
import { csvCell } from './uptime-csv.ts';

const LINE_END = '\r\n';
const MONTH_COLUMNS = [
  ...['month', 'component_id', 'component', 'group', 'row', 'incident_id', 'incident', 'incident_started_at'],
  ...['counted_seconds', 'partial_outage_seconds', 'major_outage_seconds', 'lost_percent', 'percent'],
];
const OVERVIEW_COLUMNS = [
  ...['component_id', 'component', 'group', 'counts_from', 'until'],
  ...['percent_90_days', 'percent_12_months', 'percent_since_start'],
];

/**
 * `/uptime/{yyyy-mm}.csv`: for each component a row `month`, and below it a row for each incident that it lost time to
 * and one for what no incident explains; these add up to the first.
 */
export function monthReportCsv({ month, components }: MonthReport): string {
  const rows = components.flatMap(({ id, name, group, counted, shown, percent, causes }) => {
    const of = [month, id, csvCell(name), csvCell(group ?? '')];
    const total = [...of, 'month', '', '', '', seconds(counted), ...lengths(shown), '', percent ?? ''];
    return [
      total,
      ...causes.map(({ incident, lost, percent: lostPercent }) => [
        ...of,
        incident ? 'incident' : 'no_incident',
        incident?.id ?? '',
        csvCell(incident?.title ?? ''),
        incident ? isoTime(incident.startedAt) : '',
        '',
        ...lengths(lost),
        lostPercent.toFixed(5),
        '',
      ]),
    ];
  });
  return table(MONTH_COLUMNS, rows);
}

/** `/uptime/components.csv`: a row per component. */
export function overviewCsv({ until, components }: UptimeOverview): string {
  const rows = components.map(({ id, name, group, since, percent }) => [
    ...[id, csvCell(name), csvCell(group ?? ''), since, until ?? ''],
    ...[percent.days90 ?? '', percent.months12 ?? '', percent.start ?? ''],
  ]);
  return table(OVERVIEW_COLUMNS, rows);
}

/** With milliseconds: parts add up to their whole. */
function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3).replace(/\.?0+$/, '');
}

function lengths(shown: Record<LostStatus, number>): string[] {
  return [seconds(shown.partial_outage), seconds(shown.major_outage)];
}

function table(columns: readonly string[], rows: readonly (string | number)[][]): string {
  return [columns, ...rows].map((cells) => cells.join() + LINE_END).join('');
}
