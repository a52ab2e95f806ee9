import { type ComponentStatus, worstOf } from './status.ts';

/**
 * What a component shows: the worst of what was set on it, of what open incidents say of it, and of a maintenance window
 * in progress on it (contract, section 7). The one place of this rule for "now"; `timeline.ts` has it for the past.
 */
export function shownStatus(
  set: ComponentStatus,
  claims: Iterable<ComponentStatus>,
  inMaintenance: boolean,
): ComponentStatus {
  return worstOf([set, ...claims, inMaintenance ? 'under_maintenance' : 'operational']);
}
