import type { Impact, IncidentStatus } from './status.ts';
import { IMPACTS, severityOf } from './status.ts';
import type { SaidUpdate } from './timeline.ts';

/** The status of an incident: that of its newest update. `updates` are oldest first and not empty. */
export function statusOf(updates: readonly { status: IncidentStatus }[]): IncidentStatus {
  return updates.at(-1)!.status;
}

/**
 * The impact that follows from what was said (contract, section 5): nothing none, up to a partial outage minor, a major
 * outage major, critical when at one moment it is said of every component of the page. `updates` are oldest first.
 */
export function impactOf(updates: readonly SaidUpdate[], componentsOfPage: number): Impact {
  let worst = 0;
  const down = new Set<string>();
  for (const update of updates) {
    for (const { id, status } of update.components) {
      worst = Math.max(worst, severityOf(status));
      if (status === 'major_outage') down.add(id);
      else down.delete(id);
    }
    if (componentsOfPage > 0 && down.size >= componentsOfPage) return 'critical';
    if (update.status === 'resolved') down.clear();
  }
  if (worst === severityOf('major_outage')) return 'major';
  return worst > 0 ? 'minor' : 'none';
}

/** The heavier of two impacts: an impact that follows updates only rises. */
export function heavierImpact(a: Impact, b: Impact): Impact {
  return IMPACTS[Math.max(IMPACTS.indexOf(a), IMPACTS.indexOf(b))]!;
}
