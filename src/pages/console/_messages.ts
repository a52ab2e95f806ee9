/** How far the messages about an incident or a window are, in words. */
import type { MessageRow } from '../../components/console/messages.ts';
import { type Notification, notificationsAbout } from '../../manage/notifications.ts';
import { counted, spell } from '../../text/console-words.ts';
import type { Desk } from './_page.ts';

const SHOWN = 50;

const EVENTS: Record<string, string> = {
  'incident.created': 'Incident opened',
  'incident.updated': 'Update posted',
  'incident.resolved': 'Incident resolved',
  'maintenance.scheduled': 'Maintenance planned',
  'maintenance.changed': 'Plan changed',
  'maintenance.updated': 'Update posted',
  'maintenance.reminded': 'Reminder',
  'maintenance.started': 'Started',
  'maintenance.verifying': 'Verifying',
  'maintenance.completed': 'Completed',
  'maintenance.cancelled': 'Cancelled',
};

interface Counts {
  sent: number;
  pending: number;
  failed: number;
}

export function countsOf({ email, webhook }: Pick<Notification, 'email' | 'webhook'>): Counts {
  return {
    // Whoever got the newer message instead was told, too.
    sent: email.sent + webhook.sent + email.folded + webhook.folded,
    pending: email.pending + webhook.pending,
    failed: email.failed + webhook.failed,
  };
}

function stateOf(one: Notification, { pending }: Counts, now: number): string {
  if (one.fannedOutAt === null) return 'about to begin';
  if (pending === 0) return 'done';
  if (one.estimatedDoneAt === null) return 'under way';
  return one.estimatedDoneAt - now < 60_000
    ? `done in about ${counted(Math.max(1, Math.ceil((one.estimatedDoneAt - now) / 1000)), 'second')}`
    : `done in about ${spell(one.estimatedDoneAt - now)}`;
}

export async function messagesAbout(desk: Desk, subjectId: string): Promise<MessageRow[]> {
  const { me, page, now, dates } = desk;
  const list = await notificationsAbout(me.services.read, page.id, subjectId, SHOWN, now);
  return list.map((one) => {
    const counts = countsOf(one);
    return {
      id: one.id,
      what: EVENTS[one.event] ?? one.event,
      when: dates.moment(one.createdAt, now),
      ...counts,
      state: stateOf(one, counts, now),
    };
  });
}

/** `4,812 told, 3 pending` of the newest message about something; null when nobody was told. */
export async function toldOf(
  { me, page, now }: Pick<Desk, 'me' | 'page' | 'now'>,
  subjectId: string,
): Promise<string | null> {
  const [newest] = await notificationsAbout(me.services.read, page.id, subjectId, 1, now);
  if (!newest) return null;
  const { sent, pending, failed } = countsOf(newest);
  if (sent + pending + failed === 0) return null;
  const parts = [`${sent.toLocaleString('en')} told`];
  if (pending > 0) parts.push(`${pending.toLocaleString('en')} pending`);
  if (failed > 0) parts.push(`${failed.toLocaleString('en')} not reached`);
  return parts.join(', ');
}
