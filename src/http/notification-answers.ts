/** What the API answers of what people are told. */
import { z } from 'zod';
import type { MailDelivery, Notification } from '../manage/notifications.ts';
import { isoTime, isoTimeOrNull } from '../text/time.ts';
import { DELIVERY_STATES } from './webhook-answers.ts';

const id = z.uuid();
const time = z.iso.datetime({ offset: true });

const tally = z
  .strictObject({ sent: z.int(), failed: z.int(), pending: z.int(), folded: z.int(), cancelled: z.int() })
  .meta({ id: 'DeliveryCounts' });

export const notification = z
  .strictObject({
    id,
    event: z.string(),
    subject_id: id,
    title: z.string().nullable(),
    revision: z.int(),
    created_at: time,
    complete: z.boolean(),
    email: tally,
    webhooks: tally,
    estimated_done_at: time.nullable(),
  })
  .meta({ id: 'Notification' });

export const mailDelivery = z
  .strictObject({
    id,
    subscriber_id: id,
    email: z.string().nullable(),
    state: z.enum(DELIVERY_STATES),
    attempts: z.int(),
    next_attempt_at: time.nullable(),
    error: z.string().nullable(),
    created_at: time,
    done_at: time.nullable(),
  })
  .meta({ id: 'MailDelivery' });

/** `complete` says that nobody is added any more who is to be told. */
export function notificationDocument(one: Notification) {
  return {
    id: one.id,
    event: one.event,
    subject_id: one.subjectId,
    title: one.title,
    revision: one.revision,
    created_at: isoTime(one.createdAt),
    complete: one.fannedOutAt !== null,
    email: one.email,
    webhooks: one.webhook,
    estimated_done_at: isoTimeOrNull(one.estimatedDoneAt),
  };
}

export function mailDeliveryDocument(one: MailDelivery) {
  return {
    id: one.id,
    subscriber_id: one.subscriberId,
    email: one.email,
    state: one.state,
    attempts: one.attempts,
    next_attempt_at: one.state === 'pending' ? isoTime(one.nextAttemptAt) : null,
    error: one.error,
    created_at: isoTime(one.createdAt),
    done_at: isoTimeOrNull(one.doneAt),
  };
}
