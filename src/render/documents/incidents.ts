import type { ComponentStatus, Impact, IncidentStatus } from '../../domain/status.ts';
import type { SnapshotIncident, SnapshotIncidentComponent } from '../../snapshot/schema.ts';
import { isoTime, isoTimeOrNull } from '../../text/time.ts';

interface SaidOfComponent {
  id: string;
  name: string;
  status: ComponentStatus;
}

export interface IncidentUpdateDocument {
  id: string;
  status: IncidentStatus;
  body: string;
  created_at: string;
  edited_at: string | null;
  components: SaidOfComponent[];
}

export interface IncidentDocument {
  id: string;
  title: string;
  status: IncidentStatus;
  impact: Impact;
  started_at: string;
  resolved_at: string | null;
  next_update_at: string | null;
  created_at: string;
  updated_at: string;
  components: SaidOfComponent[];
  updates: IncidentUpdateDocument[];
  postmortem: PostmortemDocument | null;
}

export interface PostmortemDocument {
  body: string;
  created_at: string;
  updated_at: string;
}

/** An incident as the public and the management API answer it, updates newest first (contract, section 5). */
export function incidentDocument(incident: SnapshotIncident): IncidentDocument {
  const { id, title, status, impact, components, updates, postmortem } = incident;
  return {
    id,
    title,
    status,
    impact,
    started_at: isoTime(incident.startedAt),
    resolved_at: isoTimeOrNull(incident.resolvedAt),
    next_update_at: isoTimeOrNull(incident.nextUpdateAt),
    created_at: isoTime(incident.createdAt),
    updated_at: isoTime(incident.updatedAt),
    components: components.map(saidOfComponent),
    updates: updates.map(incidentUpdateDocument),
    postmortem: postmortem && postmortemDocument(postmortem),
  };
}

/** GET `/api/v1/incidents`: a bare array, in the order given. */
export function incidentsDocument(incidents: readonly SnapshotIncident[]): IncidentDocument[] {
  return incidents.map(incidentDocument);
}

/** One update, with the components that it named. */
export function incidentUpdateDocument(update: SnapshotIncident['updates'][number]): IncidentUpdateDocument {
  const { id, status, body, createdAt, editedAt, components } = update;
  return {
    id,
    status,
    body,
    created_at: isoTime(createdAt),
    edited_at: isoTimeOrNull(editedAt),
    components: components.map(saidOfComponent),
  };
}

/** What is told after an incident is over. */
export function postmortemDocument(
  postmortem: NonNullable<SnapshotIncident['postmortem']>,
): PostmortemDocument {
  const { body, createdAt, updatedAt } = postmortem;
  return { body, created_at: isoTime(createdAt), updated_at: isoTime(updatedAt) };
}

function saidOfComponent({ id, name, status }: SnapshotIncidentComponent): SaidOfComponent {
  return { id, name, status };
}
