/** Webhooks in words: how they do, what became of a call. */

import type { ComponentStatus } from '../../domain/status.ts';
import { WEBHOOK_EVENTS } from '../../domain/webhooks.ts';
import type { Form } from '../../http/form.ts';
import type { DeliveryState } from '../../manage/webhook-deliveries.ts';
import type { WebhookRecord } from '../../manage/webhooks.ts';
import { ago, counted, spell } from '../../text/console-words.ts';

/** How a webhook does, with the mark that goes with it. */
export function healthOf(
  webhook: Pick<WebhookRecord, 'active' | 'disabledAt' | 'failingSince' | 'lastSuccessAt'>,
  now: number,
): { mark: ComponentStatus; text: string } {
  const { active, disabledAt, failingSince, lastSuccessAt } = webhook;
  if (disabledAt !== null)
    return {
      mark: 'major_outage',
      text: `is switched off for ${spell(now - disabledAt)}: it did not answer for days`,
    };
  if (!active) return { mark: 'under_maintenance', text: 'is switched off' };
  if (failingSince !== null)
    return {
      mark: 'degraded_performance',
      text: `has failed for ${spell(now - failingSince)}, and is tried again`,
    };
  if (lastSuccessAt === null) return { mark: 'operational', text: 'was not called yet' };
  return { mark: 'operational', text: `answered ${ago(lastSuccessAt, now)}` };
}

/** `every event`, `3 of 11 events`; what it follows. */
export function scopeOfWebhook({ events, follows }: Pick<WebhookRecord, 'events' | 'follows'>): string {
  const told = events === null ? 'every event' : `${events.length} of ${WEBHOOK_EVENTS.length} events`;
  const what = follows === null ? 'the whole page' : counted(follows.length, 'component');
  return `${told} of ${what}`;
}

export const EVENT_WORDS: Record<string, string> = {
  'incident.created': 'An incident is opened',
  'incident.updated': 'An incident is updated',
  'incident.resolved': 'An incident is resolved',
  'maintenance.scheduled': 'Maintenance is planned',
  'maintenance.changed': 'A plan changes',
  'maintenance.reminded': 'Maintenance is near',
  'maintenance.started': 'Maintenance begins',
  'maintenance.updated': 'Maintenance is updated',
  'maintenance.verifying': 'Maintenance is being verified',
  'maintenance.completed': 'Maintenance is over',
  'maintenance.cancelled': 'Maintenance is called off',
};

export const STATE_WORDS: Record<DeliveryState, string> = {
  pending: 'waits',
  sent: 'delivered',
  failed: 'given up',
  folded: 'folded into a later one',
  cancelled: 'not sent any more',
};

/** Symbols of the delivery log that say more in words. */
const ERROR_WORDS: Record<string, string> = {
  address_refused: 'its address is not a public one',
  connection_refused: 'nobody listens there',
  connection_closed: 'it closed the connection',
  timeout: 'it did not answer within ten seconds',
  host_unreachable: 'its host can not be reached',
  host_unknown: 'its name is not known',
  dns_failed: 'DNS did not answer',
  url_invalid: 'the address can not be called',
  tls_failed: 'its certificate is not good',
  answer_invalid: 'it did not answer in HTTP',
  connection_failed: 'the connection failed',
};

/** What became of a call: `answered 200 in 12 ms`, or why not. */
export function outcomeInWords({
  answered,
  error,
  durationMs,
}: {
  answered: number | null;
  error: string | null;
  durationMs: number | null;
}): string {
  const within = durationMs === null ? '' : ` in ${durationMs} ms`;
  if (answered !== null) return `answered ${answered}${within}`;
  return error === null ? '' : (ERROR_WORDS[error] ?? error.replaceAll('_', ' '));
}

/** What the form of a webhook says, as the API takes it. */
export function webhookInput(form: Form): Record<string, unknown> {
  const events = form.all('events');
  const ids = form.all('component_ids');
  return {
    url: form.text('url'),
    events: events.length === 0 || events.length === WEBHOOK_EVENTS.length ? null : events,
    component_ids: ids.length === 0 ? null : ids,
  };
}
