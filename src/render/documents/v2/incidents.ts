import type { ComponentStatus } from '../../../domain/status.ts';
import type { PageSnapshot, SnapshotIncident } from '../../../snapshot/schema.ts';
import { paths } from '../../paths.ts';
import { type V2Names, v2Names } from './components.ts';
import { type V2Affected, type V2Component, type V2Incident, type V2Update, v2Time } from './shapes.ts';

type IncidentUpdate = SnapshotIncident['updates'][number];

/** An incident with all its updates; one with a postmortem has that as its newest update, and as its status. */
export function v2Incident(snapshot: PageSnapshot, incident: SnapshotIncident): V2Incident {
  const { page } = snapshot;
  const components = v2Names(snapshot);
  const { postmortem } = incident;
  const told = updatesOf(incident, components);
  return {
    id: incident.v2Id,
    name: incident.title,
    status: postmortem && incident.status === 'resolved' ? 'postmortem' : incident.status,
    created_at: v2Time(incident.createdAt),
    updated_at: v2Time(incident.updatedAt),
    monitoring_at: timeOfStatus(incident, 'monitoring'),
    resolved_at: incident.resolvedAt === null ? null : v2Time(incident.resolvedAt),
    impact: incident.impact,
    shortlink: `${page.url}/${paths.incident(incident.id)}`,
    started_at: v2Time(incident.startedAt),
    page_id: page.v2Id,
    incident_updates: postmortem ? [postmortemUpdate(incident, postmortem), ...told] : told,
    components: componentsNamed(incident.components, components),
  };
}

/** The components that a thing names and that are still there, in the order of their positions. */
export function componentsNamed(
  named: readonly { id: string }[],
  { byId }: Pick<V2Names, 'byId'>,
): V2Component[] {
  return named.flatMap(({ id }) => byId.get(id) ?? []).sort((a, b) => a.position - b.position);
}

/** What stands in every update alike. Whether a message went out with it is not public; there are no tweets. */
export const SILENT = { deliver_notifications: true, custom_tweet: null, tweet_id: null } as const;

/** When the newest update with this status was posted. */
function timeOfStatus({ updates }: SnapshotIncident, status: IncidentUpdate['status']): string | null {
  const update = updates.find((one) => one.status === status);
  return update ? v2Time(update.createdAt) : null;
}

/** Newest first, like the source; what each changes follows from those before it. */
function updatesOf(incident: SnapshotIncident, components: V2Names): V2Update[] {
  const said = new Map<string, ComponentStatus>();
  return incident.updates
    .toReversed()
    .map((update) => {
      const at = v2Time(update.createdAt);
      return {
        id: update.v2Id,
        status: update.status,
        body: update.body,
        incident_id: incident.v2Id,
        created_at: at,
        updated_at: v2Time(update.editedAt ?? update.createdAt),
        display_at: at,
        affected_components: affectedBy(update, said, components),
        ...SILENT,
      };
    })
    .reverse();
}

/** What an update names; one that resolves takes back whatever was still said. */
function affectedBy(
  { status, components: named }: IncidentUpdate,
  said: Map<string, ComponentStatus>,
  { byId, labels }: V2Names,
): V2Affected[] | null {
  const next = new Map(named.map((one) => [one.id, one.status]));
  if (status === 'resolved')
    for (const [id, before] of said)
      if (before !== 'operational' && !next.has(id)) next.set(id, 'operational');
  const affected: V2Affected[] = [];
  for (const [id, newStatus] of next) {
    const component = byId.get(id);
    const before = said.get(id) ?? 'operational';
    if (component)
      affected.push({
        code: component.id,
        name: labels.get(id)!,
        old_status: before,
        new_status: newStatus,
      });
    said.set(id, newStatus);
  }
  return affected.length > 0 ? affected : null;
}

function postmortemUpdate(
  incident: SnapshotIncident,
  { v2Id, body, createdAt, updatedAt }: NonNullable<SnapshotIncident['postmortem']>,
): V2Update {
  return {
    id: v2Id,
    status: 'postmortem',
    body,
    incident_id: incident.v2Id,
    created_at: v2Time(createdAt),
    updated_at: v2Time(updatedAt),
    display_at: v2Time(createdAt),
    affected_components: null,
    ...SILENT,
  };
}
