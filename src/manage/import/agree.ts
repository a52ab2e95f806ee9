/**
 * What a component shows here is the worst of what is set on it, what incidents say and a window in progress (contract,
 * section 7). At the source its status is set, and incidents or windows need not agree with it. An import shows exactly
 * the source's status, so what would hold a component worse than that gives way.
 */
import { type ComponentStatus, holdsMaintenance, severityOf, worstOf } from '../../domain/status.ts';
import { claimsNow } from '../../domain/timeline.ts';
import type { Notes } from './notes.ts';
import type { PlannedComponent } from './plan.ts';
import type { PlannedIncident, PlannedWindow } from './plan-told.ts';

/**
 * Decides what is set on each component: the source's status, or operational where an incident or window explains it.
 * Changes `components`, and `incidents` and `windows` where they contradict the source's status.
 */
export function agreeOnStatus(
  components: readonly PlannedComponent[],
  incidents: readonly PlannedIncident[],
  windows: readonly PlannedWindow[],
  notes: Notes,
): void {
  const open = incidents
    .filter((incident) => incident.resolvedAt === null)
    .map((incident) => ({
      incident,
      claims: claimsNow(incident.updates.map(({ at, status, said }) => ({ at, status, components: said }))),
    }));
  const running = windows.filter((window) => holdsMaintenance(window.status));
  for (const component of components) {
    const { v2Id, status } = component;
    const held: ComponentStatus[] = [];
    for (const { incident, claims } of open) {
      const claim = claims.get(v2Id);
      if (claim === undefined) continue;
      if (severityOf(claim) > severityOf(status)) {
        restate(incident, v2Id, status);
        notes.add(
          'An incident says worse of a component than the page shows; its newest update now says what is shown',
          incident.title,
        );
      }
      held.push(severityOf(claim) > severityOf(status) ? status : claim);
    }
    for (const window of running.filter((one) => one.components.includes(v2Id))) {
      if (status !== 'operational') held.push('under_maintenance');
      else {
        window.components = window.components.filter((id) => id !== v2Id);
        notes.add(
          'A component that stays operational during a running maintenance window was left out of it',
          window.title,
        );
      }
    }
    component.setStatus = worstOf(held) === status ? 'operational' : status;
  }
}

function restate({ updates }: PlannedIncident, id: string, status: ComponentStatus): void {
  const newest = updates.at(-1)!;
  newest.said = [...newest.said.filter((one) => one.id !== id), { id, status }];
}
