/** Words that several pages of the console share. The console speaks English. */
import type { ComponentStatus, Impact, IncidentStatus, MaintenanceStatus } from '../domain/status.ts';
import { dictionaryFor } from './dictionary.ts';

const english = dictionaryFor('en');

export const statusWords: Record<ComponentStatus, string> = english.componentStatus;
export const incidentWords: Record<IncidentStatus, string> = english.incidentStatus;
export const windowWords: Record<MaintenanceStatus, string> = english.maintenanceStatus;

/** In the order in which they are offered: from well to worse, and what is planned last. */
export const OFFERED: readonly ComponentStatus[] = [
  'operational',
  'degraded_performance',
  'partial_outage',
  'major_outage',
  'under_maintenance',
];

/** Short enough for a button. */
export const shortStatusWords: Record<ComponentStatus, string> = {
  operational: 'Operational',
  under_maintenance: 'Maintenance',
  degraded_performance: 'Degraded',
  partial_outage: 'Partial',
  major_outage: 'Major',
};

export const impactWords: Record<Impact, string> = {
  none: 'No impact',
  minor: 'Minor impact',
  major: 'Major impact',
  critical: 'Critical impact',
};

const number = new Intl.NumberFormat('en');

/** `4,812` */
export function count(value: number): string {
  return number.format(value);
}

/** `1 component`, `4,812 components` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

const UNITS: [ms: number, name: string][] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
];

/** How long something took, in its largest unit: `48 minutes`, `2 hours`; `less than a minute`. */
export function spell(ms: number): string {
  for (const [unit, name] of UNITS) if (ms >= unit) return counted(Math.floor(ms / unit), name);
  return 'less than a minute';
}

/** `15 minutes ago`; `just now` within a minute. */
export function ago(at: number, now: number): string {
  return now - at < 60_000 ? 'just now' : `${spell(now - at)} ago`;
}

/** `a, b and c` */
export function listed(names: readonly string[]): string {
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(names);
}
