/** One open incident, or running window, in a line. */
import type { ComponentStatus } from '../../domain/status.ts';

export interface OpenRow {
  kind: 'incident' | 'maintenance';
  title: string;
  href: string;
  mark: ComponentStatus;
  facts: string[];
  /** What should have happened by now. */
  overdue: string | null;
}
