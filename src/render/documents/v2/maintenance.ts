import { type ComponentStatus, holdsMaintenance, type MaintenanceStatus } from '../../../domain/status.ts';
import type { PageSnapshot, SnapshotMaintenance } from '../../../snapshot/schema.ts';
import { paths } from '../../paths.ts';
import { type V2Names, v2Names } from './components.ts';
import { componentsNamed, SILENT } from './incidents.ts';
import { type V2Affected, type V2Maintenance, type V2Update, v2Time, v2TimeOrNull } from './shapes.ts';

/** The source knows no cancelled windows: to its readers one is over. */
function v2StatusOf(status: MaintenanceStatus): MaintenanceStatus {
  return status === 'cancelled' ? 'completed' : status;
}

/** A maintenance window: an incident whose impact is `maintenance`, with its plan. */
export function v2Maintenance(snapshot: PageSnapshot, window: SnapshotMaintenance): V2Maintenance {
  const { page } = snapshot;
  const components = v2Names(snapshot);
  return {
    id: window.v2Id,
    name: window.title,
    status: v2StatusOf(window.status),
    created_at: v2Time(window.createdAt),
    updated_at: v2Time(window.updatedAt),
    monitoring_at: null,
    resolved_at: v2TimeOrNull(window.completedAt),
    impact: 'maintenance',
    shortlink: `${page.url}/${paths.maintenance(window.id)}`,
    // Of a plan, the source takes the moment of its announcement.
    started_at: v2Time(window.startedAt ?? window.createdAt),
    page_id: page.v2Id,
    incident_updates: updatesOf(window, components),
    components: componentsNamed(window.components, components),
    scheduled_for: v2Time(window.startsAt),
    scheduled_until: v2Time(window.endsAt),
  };
}

function updatesOf(window: SnapshotMaintenance, components: V2Names): V2Update[] {
  let before: ComponentStatus = 'operational';
  return window.updates
    .toReversed()
    .map((update) => {
      const after = holdsMaintenance(update.status) ? 'under_maintenance' : 'operational';
      const affected = affectedBy(window, before, after, components);
      before = after;
      const at = v2Time(update.createdAt);
      return {
        id: update.v2Id,
        status: v2StatusOf(update.status),
        body: update.body,
        incident_id: window.v2Id,
        created_at: at,
        updated_at: v2Time(update.editedAt ?? update.createdAt),
        display_at: at,
        affected_components: affected,
        ...SILENT,
      };
    })
    .reverse();
}

function affectedBy(
  window: SnapshotMaintenance,
  before: ComponentStatus,
  after: ComponentStatus,
  { byId, labels }: V2Names,
): V2Affected[] | null {
  const affected = window.components.flatMap(({ id }) => {
    const component = byId.get(id);
    return component
      ? [{ code: component.id, name: labels.get(id)!, old_status: before, new_status: after }]
      : [];
  });
  return affected.length > 0 ? affected : null;
}
