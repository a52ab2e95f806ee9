import type { MaintenanceStatus } from '../../domain/status.ts';
import type { SnapshotMaintenance } from '../../snapshot/schema.ts';
import { isoTime, isoTimeOrNull } from '../../text/time.ts';

export interface MaintenanceUpdateDocument {
  id: string;
  status: MaintenanceStatus;
  body: string;
  created_at: string;
  edited_at: string | null;
}

export interface MaintenanceDocument {
  id: string;
  title: string;
  status: MaintenanceStatus;
  starts_at: string;
  ends_at: string;
  started_at: string | null;
  completed_at: string | null;
  overrunning: boolean;
  auto_start: boolean;
  auto_complete: boolean;
  remind_before_minutes: number | null;
  created_at: string;
  updated_at: string;
  components: { id: string; name: string }[];
  updates: MaintenanceUpdateDocument[];
}

/** A maintenance window as the public and the management API answer it, updates newest first (contract, section 5). */
export function maintenanceDocument(window: SnapshotMaintenance): MaintenanceDocument {
  return {
    id: window.id,
    title: window.title,
    status: window.status,
    starts_at: isoTime(window.startsAt),
    ends_at: isoTime(window.endsAt),
    started_at: isoTimeOrNull(window.startedAt),
    completed_at: isoTimeOrNull(window.completedAt),
    overrunning: window.overrunning,
    auto_start: window.autoStart,
    auto_complete: window.autoComplete,
    remind_before_minutes: window.remindBeforeMinutes,
    created_at: isoTime(window.createdAt),
    updated_at: isoTime(window.updatedAt),
    components: window.components.map(({ id, name }) => ({ id, name })),
    updates: window.updates.map(maintenanceUpdateDocument),
  };
}

/** GET `/api/v1/maintenance`: a bare array, in the order given. */
export function maintenanceListDocument(windows: readonly SnapshotMaintenance[]): MaintenanceDocument[] {
  return windows.map(maintenanceDocument);
}

/** One update of a window. */
export function maintenanceUpdateDocument(
  update: SnapshotMaintenance['updates'][number],
): MaintenanceUpdateDocument {
  const { id, status, body, createdAt, editedAt } = update;
  return { id, status, body, created_at: isoTime(createdAt), edited_at: isoTimeOrNull(editedAt) };
}
