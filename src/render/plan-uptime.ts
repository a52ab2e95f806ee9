import type { MonthReport, UptimeOverview } from '../domain/uptime-report.ts';
import type { PageFacts } from '../snapshot/schema.ts';
import { monthReportCsv, overviewCsv } from './documents/uptime-report-csv.ts';
import { inEachLanguage, prefixOf } from './languages.ts';
import { fileOf, paths } from './paths.ts';
import type { PlannedFile } from './planned-file.ts';

/** The uptime of all components: a page in each language, and its figures. */
export function planUptime(page: PageFacts, overview: UptimeOverview): PlannedFile[] {
  return [
    ...inEachLanguage(page, (told) => ({
      path: fileOf(prefixOf(told) + paths.uptimePage),
      print: { kind: 'uptime' as const, page: told, overview },
    })),
    { path: fileOf(paths.uptimeOverviewCsv), text: () => overviewCsv(overview) },
  ];
}

/** A month's report, likewise. */
export function planUptimeMonth(page: PageFacts, report: MonthReport): PlannedFile[] {
  return [
    ...inEachLanguage(page, (told) => ({
      path: fileOf(prefixOf(told) + paths.uptimeMonth(report.month)),
      print: { kind: 'uptime-month' as const, page: told, report },
    })),
    { path: fileOf(paths.uptimeMonthCsv(report.month)), text: () => monthReportCsv(report) },
  ];
}
