/** What the management API answers of webhooks. */
import type { WebhookDelivery } from '../manage/webhook-deliveries.ts';
import type { WebhookRecord } from '../manage/webhooks.ts';
import { isoTime, isoTimeOrNull } from '../text/time.ts';

/** Never the secret. Of `component_ids` those that are still there: with neither them nor the whole page it gets nothing. */
export function webhookDocument(webhook: WebhookRecord) {
  return {
    id: webhook.id,
    url: webhook.url,
    events: webhook.events,
    whole_page: webhook.follows === null,
    component_ids: webhook.follows ?? [],
    active: webhook.active,
    failing_since: isoTimeOrNull(webhook.failingSince),
    disabled_at: isoTimeOrNull(webhook.disabledAt),
    last_success_at: isoTimeOrNull(webhook.lastSuccessAt),
    created_at: isoTime(webhook.createdAt),
    updated_at: isoTime(webhook.updatedAt),
  };
}

export function webhookDeliveryDocument(delivery: WebhookDelivery) {
  return {
    id: delivery.id,
    event: delivery.event,
    subject_id: delivery.subjectId,
    state: delivery.state,
    attempts: delivery.attempts,
    next_attempt_at: delivery.state === 'pending' ? isoTime(delivery.nextAttemptAt) : null,
    answered: delivery.answered,
    error: delivery.error,
    duration_ms: delivery.durationMs,
    created_at: isoTime(delivery.createdAt),
    done_at: isoTimeOrNull(delivery.doneAt),
  };
}
