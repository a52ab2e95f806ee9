import { COMPONENT_STATUSES, type ComponentStatus, holdsMaintenance } from '../../domain/status.ts';
import type { PageSnapshot } from '../../snapshot/schema.ts';
import { isoTime } from '../../text/time.ts';

export interface StatusDocument {
  status: ComponentStatus;
  indicators: Record<ComponentStatus, number>;
  active_incidents: number;
  scheduled_maintenance: number;
  last_updated: string;
}

/** The order in which the reference lists the indicators: maintenance last. */
const INDICATOR_ORDER: readonly ComponentStatus[] = [
  ...COMPONENT_STATUSES.filter((status) => status !== 'under_maintenance'),
  'under_maintenance',
];

/** GET `/api/v1/status` (reference; contract, sections 4 and 7). `scheduled_maintenance` counts windows in progress. */
export function statusDocument(snapshot: PageSnapshot): StatusDocument {
  const { status, indicators, incidents, maintenance, changedAt } = snapshot;
  const counts = INDICATOR_ORDER.map((name) => [name, indicators[name]] as const);
  return {
    status,
    indicators: Object.fromEntries(counts) as Record<ComponentStatus, number>,
    active_incidents: incidents.filter((incident) => incident.status !== 'resolved').length,
    scheduled_maintenance: maintenance.filter((window) => holdsMaintenance(window.status)).length,
    last_updated: isoTime(changedAt),
  };
}
