/**
 * The public truth of one page at one revision. Everything that a published file says follows from this alone:
 *
 * 1. It is a pure function of (rows, now), made in `build.ts`, and is never changed afterwards.
 * 2. It holds only what readers may see. All times are milliseconds since the epoch, all day dates `yyyy-mm-dd` in the
 *    page's time zone.
 * 3. It is plain JSON: it lies in `DATA_DIR/published/{slug}.json` as it is here.
 */

import type { Headline } from '../domain/headline.ts';
import type { Incident, MaintenanceWindow, SaidComponent, Update } from '../domain/records.ts';
import type { ComponentStatus } from '../domain/status.ts';
import type { DayLength, DayRecord } from '../domain/uptime.ts';

/** Raised when a stored snapshot of an older build can't be read as this one. */
export const SNAPSHOT_FORMAT = 2;

/** What every file of a page needs to know of it. */
export interface PageFacts {
  id: string;
  v2Id: string;
  slug: string;
  name: string;
  description: string | null;
  /** IANA name. */
  timezone: string;
  /** Of a snapshot the page's own; of what a file is printed from, that of the file. */
  language: string;
  /** All languages of the page, its own first. */
  languages: string[];
  /** `#rrggbb`, or null for the built-in one. */
  accent: string | null;
  /** The file of the logo below the page's root; absent without one. */
  logo?: string;
  /** Where readers find the page, absolute, without a final slash: its routed domain, else PUBLIC_URL/p/{slug}. */
  url: string;
  /** PUBLIC_URL/p/{slug}: where its forms post to. */
  formUrl: string;
  createdAt: number;
}

export interface SnapshotComponent {
  id: string;
  v2Id: string;
  name: string;
  code: string;
  description: string | null;
  /** What it shows. */
  status: ComponentStatus;
  /** Place in the flat list of the page, from 1. */
  position: number;
  group: { id: string; name: string } | null;
  /** Uptime counts from here (contract, section 7). */
  since: number;
  createdAt: number;
  updatedAt: number;
  /**
   * Days of the last 90 on which it was not operational for the whole counted day, oldest first. A day that is not
   * listed was operational from its start, or from `since`, to its end.
   */
  days: DayRecord[];
  /** Share of time per number of days, 0 to 100; null where no time counts yet. */
  percent: { 1: number | null; 7: number | null; 30: number | null; 90: number | null };
}

/** One entry of the top level: a group with its components, or one component without a group (`group` is null). */
export interface Section {
  group: {
    id: string;
    v2Id: string;
    name: string;
    status: ComponentStatus;
    affected: number;
    createdAt: number;
    updatedAt: number;
  } | null;
  /** Indexes into `components`, consecutive. */
  first: number;
  count: number;
}

export type SnapshotIncidentComponent = SaidComponent;
export type SnapshotUpdate<Status> = Update<Status>;
export type SnapshotIncident = Incident;
export type SnapshotMaintenance = MaintenanceWindow;

export interface PageSnapshot {
  format: typeof SNAPSHOT_FORMAT;
  revision: number;
  /** Time of the change that made this revision. */
  changedAt: number;
  /** Up to here the day that is not over counts. */
  asOf: number;
  page: PageFacts;
  /** What the file of the logo holds, in base64; absent without one. */
  logo?: string;
  /** The worst component. */
  status: ComponentStatus;
  headline: Headline;
  indicators: Record<ComponentStatus, number>;
  /** In display order, flat. */
  components: SnapshotComponent[];
  /** In display order; together they cover `components`. */
  sections: Section[];
  /** The last 90 days, oldest first; the last is the one that is not over, with its length so far. */
  days: DayLength[];
  /** The 100 newest by start, newest first, and besides them every open one. */
  incidents: SnapshotIncident[];
  /** The 100 latest by start, latest first, and besides them all that are planned or running. */
  maintenance: SnapshotMaintenance[];
  totals: { components: number; incidents: number; maintenance: number };
  /** First month of the archive, `yyyy-mm`; the last is that of `asOf`. */
  firstMonth: string;
  /** Counts changes of closed days, so that unchanged ones need not be read again. */
  daysVersion: number;
}

/** One month of the archive. Holds nothing of the present. */
export interface MonthArchive {
  page: PageFacts;
  /** `yyyy-mm` */
  month: string;
  firstMonth: string;
  /** The newest month that has a page. */
  lastMonth: string;
  /** By start, newest first. */
  incidents: SnapshotIncident[];
  maintenance: SnapshotMaintenance[];
}
