import type { ComponentStatus } from '../../../domain/status.ts';
import type { PageSnapshot } from '../../../snapshot/schema.ts';
import { type V2Page, type V2Status, v2Time } from './shapes.ts';

/**
 * What every document of the compatible API begins with.
 *
 * @param updatedAt when that changed which the document holds; the change that made this revision, when not handed in
 */
export function v2Page({ page, changedAt }: PageSnapshot, updatedAt = changedAt): V2Page {
  return {
    id: page.v2Id,
    name: page.name,
    url: page.url,
    time_zone: page.timezone,
    updated_at: v2Time(updatedAt),
  };
}

const WORDS: Record<ComponentStatus, V2Status> = {
  operational: { indicator: 'none', description: 'All Systems Operational' },
  under_maintenance: { indicator: 'maintenance', description: 'Service Under Maintenance' },
  degraded_performance: { indicator: 'minor', description: 'Partially Degraded Service' },
  partial_outage: { indicator: 'minor', description: 'Minor Service Outage' },
  major_outage: { indicator: 'major', description: 'Partial System Outage' },
};

/** Follows the components alone, never the impact of an incident; the descriptions are English everywhere. */
export function v2Status({ status, components, indicators }: PageSnapshot): V2Status {
  const allOut = components.length > 0 && indicators.major_outage === components.length;
  return allOut ? { indicator: 'critical', description: 'Major Service Outage' } : WORDS[status];
}
