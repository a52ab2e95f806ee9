/** How the past of the demo's page is told: as days before the present one (UTC). */
import type { ComponentStatus, IncidentStatus } from '../../domain/status.ts';

/** Names of components as in `demo.ts`. */
export type Named = Record<string, ComponentStatus>;

export interface PastIncident {
  daysAgo: number;
  /** `hh:mm` UTC. */
  at: string;
  title: string;
  says: Named;
  /** Minutes after the start, oldest first; the last one resolves it. */
  updates: [minutes: number, status: IncidentStatus, body: string][];
}

export interface PastWindow {
  daysAgo: number;
  at: string;
  minutes: number;
  title: string;
  body: string;
  components: string[];
}

/** An incident; `updates` as in `PastIncident`. */
export const incident = (
  daysAgo: number,
  at: string,
  title: string,
  says: Named,
  ...updates: PastIncident['updates']
): PastIncident => ({
  daysAgo,
  at,
  title,
  says,
  updates,
});
