/** What the API answers of webhooks, and what their receivers are sent. */
import { z } from 'zod';
import { WEBHOOK_EVENTS, WEBHOOK_TEST, WEBHOOK_VERSION } from '../domain/webhooks.ts';
import { incident, incidentUpdate, maintenance, maintenanceUpdate } from './answers.ts';

const id = z.uuid();
const time = z.iso.datetime({ offset: true });
const symbol = z.string().nullable();

const webhookFields = {
  id,
  url: z.string(),
  events: z.array(z.enum(WEBHOOK_EVENTS)).nullable(),
  whole_page: z.boolean(),
  component_ids: z.array(id),
  active: z.boolean(),
  failing_since: time.nullable(),
  disabled_at: time.nullable(),
  last_success_at: time.nullable(),
  created_at: time,
  updated_at: time,
};
export const webhook = z.strictObject(webhookFields).meta({ id: 'Webhook' });
/** The answer to POST alone carries the secret; a repetition of it by Idempotency-Key does not. */
export const newWebhook = z
  .strictObject({ ...webhookFields, secret: z.string().optional() })
  .meta({ id: 'NewWebhook' });

/** What the receiver answered, or why it was not reached, as a symbol. */
export const webhookTest = z
  .strictObject({
    id,
    delivered: z.boolean(),
    answered: z.int().nullable(),
    error: symbol,
    duration_ms: z.int(),
  })
  .meta({ id: 'WebhookTest' });

export const DELIVERY_STATES = ['pending', 'sent', 'failed', 'folded', 'cancelled'] as const;
export const webhookDelivery = z
  .strictObject({
    id,
    event: z.string(),
    subject_id: id,
    state: z.enum(DELIVERY_STATES),
    attempts: z.int(),
    next_attempt_at: time.nullable(),
    answered: z.int().nullable(),
    error: symbol,
    duration_ms: z.int().nullable(),
    created_at: time,
    done_at: time.nullable(),
  })
  .meta({ id: 'WebhookDelivery' });

const page = z.strictObject({ id, name: z.string(), slug: z.string(), url: z.string() });
const message = <Type extends z.ZodType, Data extends z.ZodType>(type: Type, data: Data) =>
  z.strictObject({ version: z.literal(WEBHOOK_VERSION), type, timestamp: time, data });
const about = (kind: 'incident' | 'maintenance') => WEBHOOK_EVENTS.filter((event) => event.startsWith(kind));

export const incidentMessage = message(
  z.enum(about('incident')),
  z.strictObject({ page, url: z.string(), update: incidentUpdate.nullable(), incident }),
).meta({ id: 'IncidentMessage' });
export const maintenanceMessage = message(
  z.enum(about('maintenance')),
  z.strictObject({ page, url: z.string(), update: maintenanceUpdate.nullable(), maintenance }),
).meta({ id: 'MaintenanceMessage' });
export const testMessage = message(z.literal(WEBHOOK_TEST), z.strictObject({ page, webhook_id: id })).meta({
  id: 'TestMessage',
});
