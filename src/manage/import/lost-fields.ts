/** Which fields of the source have no counterpart here: the report names each one that says something. */
import type { Notes } from './notes.ts';
import type { SourceSummary } from './statuspage-schema.ts';

/** Carried over, or saying nothing that is not said elsewhere. */
const CARRIED = {
  page: ['id', 'name', 'time_zone', 'updated_at'],
  component: [
    'id',
    'name',
    'status',
    'created_at',
    'updated_at',
    'position',
    'description',
    'start_date',
    'group_id',
    'page_id',
    'group',
    'components',
  ],
  group: ['id', 'name', 'status', 'created_at', 'updated_at', 'position', 'page_id', 'group', 'components'],
  incident: [
    'id',
    'name',
    'status',
    'created_at',
    'updated_at',
    'monitoring_at',
    'resolved_at',
    'started_at',
    'impact',
    'page_id',
    'incident_updates',
    'components',
    'postmortem_body',
    'postmortem_published_at',
    'postmortem_body_last_updated_at',
  ],
  'maintenance window': [
    'id',
    'name',
    'status',
    'created_at',
    'updated_at',
    'monitoring_at',
    'resolved_at',
    'started_at',
    'impact',
    'page_id',
    'incident_updates',
    'components',
    'scheduled_for',
    'scheduled_until',
    'scheduled_auto_in_progress',
    'scheduled_auto_completed',
  ],
  update: [
    'id',
    'status',
    'body',
    'incident_id',
    'created_at',
    'updated_at',
    'display_at',
    'affected_components',
    'deliver_notifications',
  ],
} as const;

type Kind = keyof typeof CARRIED;

function saysSomething(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== null && value !== undefined && value !== false && value !== '';
}

/** Adds a note for each field with a value that has no place on a page of ours. */
export function noteLostFields(summary: SourceSummary, notes: Notes): void {
  const look = (kind: Kind, one: Record<string, unknown>, name: string): void => {
    for (const [field, value] of Object.entries(one)) {
      if ((CARRIED[kind] as readonly string[]).includes(field) || !saysSomething(value)) continue;
      notes.add(
        `The field "${field}" of ${/^[aiu]/.test(kind) ? 'an' : 'a'} ${kind} is not carried over`,
        kind === 'page' && typeof value === 'string' ? value : name,
      );
    }
  };
  look('page', summary.page, summary.page.name);
  for (const one of summary.components) look(one.group ? 'group' : 'component', one, one.name);
  const told = [
    ...summary.incidents.map((one) => ({ kind: 'incident' as const, one })),
    ...summary.scheduled_maintenances.map((one) => ({ kind: 'maintenance window' as const, one })),
  ];
  for (const { kind, one } of told) {
    look(kind, one, one.name);
    for (const update of one.incident_updates ?? []) look('update', update, one.name);
  }
}
