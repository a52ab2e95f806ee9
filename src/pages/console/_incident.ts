/** An incident, as the composer of its next update begins with it. */
import type { Incident, IncidentUpdate, SaidComponent } from '../../domain/records.ts';
import type { IncidentStatus, MaintenanceStatus } from '../../domain/status.ts';
import { whoDid } from '../../manage/audit-names.ts';
import { summaryOf } from '../../render/view/context.ts';
import { ago, incidentWords, windowWords } from '../../text/console-words.ts';
import { renderMarkdown } from '../../text/markdown.ts';
import type { Beginning } from './_composer.ts';
import type { Desk } from './_page.ts';

/** @param components those that are on the page: others are past, and can't be said anything of */
export function beginningOf(incident: Incident, components: ReadonlyMap<string, unknown>): Beginning {
  const named = incident.components.filter(({ id }) => components.has(id));
  return {
    status: incident.status === 'resolved' ? 'investigating' : incident.status,
    title: null,
    body: '',
    components: named.map(({ id, status }) => ({ id, status })),
    named: new Set(named.map(({ id }) => id)),
    nextUpdateAt: incident.nextUpdateAt,
    seen: incident.updates[0]!.id,
  };
}

/**
 * What the newest update says that whoever wrote has not seen, as a sentence: they look at it, and nothing of theirs is
 * lost. Null when nobody came between.
 */
export async function missedUpdate(
  { me, now }: Desk,
  incident: Incident,
  seen: string,
): Promise<string | null> {
  const newest = incident.updates[0]!;
  if (newest.id === seen) return null;
  const poster = await whoDid(me.services.read, me.actor, incident.id, newest.id);
  const words = summaryOf(newest.body, 300) || incidentWords[newest.status];
  return `${poster ?? 'Somebody'} posted an update ${ago(newest.createdAt, now)}, after you began: “${incidentWords[newest.status]}. ${words}” Nothing you wrote is lost: look at it again, and publish when it still holds.`;
}

export interface SaidRow {
  id: string;
  status: string;
  when: string;
  html: string;
  components: SaidComponent[];
  edited: string | null;
}

/** The updates of an incident, newest first, for whoever manages it. */
export function saidRows(
  {
    updates,
  }: {
    updates: readonly (Omit<IncidentUpdate, 'status' | 'components'> & {
      status: IncidentStatus | MaintenanceStatus;
      components?: SaidComponent[];
    })[];
  },
  { now, dates }: Pick<Desk, 'now' | 'dates'>,
): SaidRow[] {
  return updates.map(({ id, status, body, createdAt, editedAt, components = [] }) => ({
    id,
    status: { ...incidentWords, ...windowWords }[status],
    when: dates.moment(createdAt, now),
    html: renderMarkdown(body, 4),
    components,
    edited: editedAt === null ? null : dates.moment(editedAt, now),
  }));
}
