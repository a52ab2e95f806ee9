import type { MonthReport, UptimeOverview } from '../domain/uptime-report.ts';
import type {
  MonthArchive,
  PageFacts,
  PageSnapshot,
  SnapshotIncident,
  SnapshotMaintenance,
} from '../snapshot/schema.ts';
import type { MailView } from './mail/view.ts';
import type { TokenState } from './view/token-page.ts';

/**
 * What one of the Astro pages below `src/pages/render/` is asked to print, handed over as `Astro.locals.print`. The
 * present state reaches only `status` and `docs`: archive pages hold nothing of it (they are not printed again when it
 * changes).
 */
export type Print =
  | { kind: 'status'; snapshot: PageSnapshot }
  | { kind: 'docs'; snapshot: PageSnapshot }
  | { kind: 'history'; snapshot: PageSnapshot }
  | { kind: 'month'; archive: MonthArchive }
  | { kind: 'uptime'; page: PageFacts; overview: UptimeOverview }
  | { kind: 'uptime-month'; page: PageFacts; report: MonthReport }
  | { kind: 'incident'; page: PageFacts; incident: SnapshotIncident }
  | { kind: 'maintenance'; page: PageFacts; maintenance: SnapshotMaintenance }
  | { kind: 'not-found'; page: PageFacts }
  | { kind: 'moved'; page: PageFacts }
  | { kind: 'subscribe'; part: 'form' | 'sent' | 'error'; snapshot: PageSnapshot }
  | { kind: 'subscription'; snapshot: PageSnapshot; state: TokenState; path: string }
  | { kind: 'mail'; mail: MailView };
