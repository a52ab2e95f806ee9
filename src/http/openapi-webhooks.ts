/** The part of the OpenAPI document that says what receivers of webhooks are sent. */
import { WEBHOOK_EVENTS, WEBHOOK_TEST } from '../domain/webhooks.ts';
import { content, type Json } from './openapi-operations.ts';
import { incidentMessage, maintenanceMessage, testMessage } from './webhook-answers.ts';

const SENT_WHEN: Record<(typeof WEBHOOK_EVENTS)[number] | typeof WEBHOOK_TEST, string> = {
  'incident.created': 'An incident was opened',
  'incident.updated': 'An incident got an update',
  'incident.resolved': 'An incident was resolved',
  'maintenance.scheduled': 'Maintenance was planned',
  'maintenance.changed': 'The plan of maintenance was changed',
  'maintenance.reminded': 'Maintenance begins soon',
  'maintenance.started': 'Maintenance began',
  'maintenance.updated': 'Maintenance got an update',
  'maintenance.verifying': 'Maintenance is done and being verified',
  'maintenance.completed': 'Maintenance is over',
  'maintenance.cancelled': 'Maintenance was cancelled',
  'webhook.test': 'Somebody asked for a test',
};

const DESCRIPTION = [
  'Signed by the Standard Webhooks scheme: `webhook-signature` holds `v1,` and the base64 of the HMAC-SHA256 of',
  '`{webhook-id}.{webhook-timestamp}.{body}` with the bytes behind `whsec_`; two of them, parted by a blank, for a day',
  'after a new secret. Answer any status from 200 to 299 within ten seconds. Anything else, redirects too, is tried',
  'again for about three days, with the same `webhook-id`; 410 switches the webhook off. New fields may be added;',
  '`version` rises when something that was there means something else.',
].join(' ');

const header = (name: string, description: string) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
});

const schemaOf = (event: string) =>
  event === WEBHOOK_TEST ? testMessage : event.startsWith('incident.') ? incidentMessage : maintenanceMessage;

function messageOf(event: keyof typeof SENT_WHEN): Json {
  return {
    post: {
      operationId: `on${event.replace(/(?:^|\.)(\w)/g, (_, first: string) => first.toUpperCase())}`,
      summary: SENT_WHEN[event],
      description: DESCRIPTION,
      tags: ['webhooks'],
      security: [],
      parameters: [
        header('webhook-id', 'Of the delivery: the same in every attempt'),
        header('webhook-timestamp', 'Of the attempt, in seconds since 1970'),
        header('webhook-signature', 'One signature or more, parted by blanks'),
      ],
      requestBody: { required: true, ...content(schemaOf(event)) },
      responses: {
        '2XX': { description: 'Taken' },
        '410': { description: 'Nobody listens here any more: the webhook is switched off' },
      },
    },
  };
}

/** By the names of events. */
export function webhookOperations(): Json {
  const events = [...WEBHOOK_EVENTS, WEBHOOK_TEST] as const;
  return Object.fromEntries(events.map((event) => [event, messageOf(event)]));
}
