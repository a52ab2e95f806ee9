import { z } from 'zod';

/** What a component can show, from best to worst: the order is the severity (contract, section 7). */
export const COMPONENT_STATUSES = [
  'operational',
  'under_maintenance',
  'degraded_performance',
  'partial_outage',
  'major_outage',
] as const;
export const componentStatus = z.enum(COMPONENT_STATUSES);
export type ComponentStatus = (typeof COMPONENT_STATUSES)[number];

/** The life of an incident. Its status is that of its newest update. */
export const INCIDENT_STATUSES = ['investigating', 'identified', 'monitoring', 'resolved'] as const;
export const incidentStatus = z.enum(INCIDENT_STATUSES);
export type IncidentStatus = (typeof INCIDENT_STATUSES)[number];

/** From none to critical: the order is the weight. */
export const IMPACTS = ['none', 'minor', 'major', 'critical'] as const;
export const impact = z.enum(IMPACTS);
export type Impact = (typeof IMPACTS)[number];

/** The life of a maintenance window. */
export const MAINTENANCE_STATUSES = [
  'scheduled',
  'in_progress',
  'verifying',
  'completed',
  'cancelled',
] as const;
export const maintenanceStatus = z.enum(MAINTENANCE_STATUSES);
export type MaintenanceStatus = (typeof MAINTENANCE_STATUSES)[number];

/** 0 for operational up to 4 for a major outage. */
export function severityOf(status: ComponentStatus): number {
  return COMPONENT_STATUSES.indexOf(status);
}

/** The worst of some statuses; operational of none. */
export function worstOf(statuses: Iterable<ComponentStatus>): ComponentStatus {
  let worst = 0;
  for (const status of statuses) worst = Math.max(worst, severityOf(status));
  return COMPONENT_STATUSES[worst]!;
}

/** True of the two statuses in which a window holds its components at under_maintenance. */
export function holdsMaintenance(status: MaintenanceStatus): boolean {
  return status === 'in_progress' || status === 'verifying';
}
