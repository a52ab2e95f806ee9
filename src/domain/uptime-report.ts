/** What the uptime pages tell, as data. Only days that are over count. Times and lengths are milliseconds. */
import type { ComponentStatus } from './status.ts';
import type { LostStatus } from './uptime-causes.ts';

/** A component as the reports name it. */
export interface ReportComponent {
  id: string;
  name: string;
  /** The name of its group. */
  group: string | null;
}

/** What one incident took from a component, or what no incident explains. */
export interface ReportCause {
  incident: { id: string; title: string; startedAt: number } | null;
  lost: Record<LostStatus, number>;
  /** The share of the counted time that is lost by it, 0 to 100. */
  percent: number;
}

export interface MonthComponent extends ReportComponent {
  /** Time that counts. */
  counted: number;
  shown: Record<ComponentStatus, number>;
  /** 0 to 100; null when no time counts. */
  percent: number | null;
  /** The heaviest first; together they are all that was lost. */
  causes: ReportCause[];
}

/** The closed days of one month. */
export interface MonthReport {
  /** `yyyy-mm` */
  month: string;
  firstMonth: string;
  lastMonth: string;
  /** First and last closed day of the month; null before one is over. */
  days: { first: string; last: string } | null;
  /** In display order. */
  components: MonthComponent[];
}

export interface OverviewComponent extends ReportComponent {
  /** The day from which it counts. */
  since: string;
  /** Share of uptime, 0 to 100, of the last 90 closed days, 12 months and all of them; null where no time counts. */
  percent: { days90: number | null; months12: number | null; start: number | null };
}

/** Every component's uptime up to the last closed day. */
export interface UptimeOverview {
  firstMonth: string;
  lastMonth: string;
  /** The last closed day; null before one is over. */
  until: string | null;
  components: OverviewComponent[];
}
