import type { ComponentStatus } from '../../domain/status.ts';

/** What a day of an uptime bar showed besides operational, as `data-days` of the bar says it: by one letter. */
export const BAR_LETTERS: Record<Exclude<ComponentStatus, 'operational'>, string> = {
  under_maintenance: 'a',
  degraded_performance: 'b',
  partial_outage: 'c',
  major_outage: 'd',
};
