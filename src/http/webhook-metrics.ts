import type { Registry } from 'prom-client';
import type { Services } from '../services.ts';
import { addFigure } from './figures.ts';

const FIGURES = {
  delivered: ['daymark_webhook_calls_total', 'Calls of webhooks that were answered with success.'],
  failed: ['daymark_webhook_call_failures_total', 'Calls of webhooks that failed.'],
  waiting: ['daymark_webhook_deliveries_waiting', 'Deliveries to webhooks that are not done.'],
  failing: ['daymark_webhooks_failing', 'Webhooks that are on and whose last call failed.'],
} as const;

/** What `/metrics` says of webhooks. */
export function addWebhookMetrics({ webhooks }: Services, registry: Registry): void {
  for (const [figure, [name, help]] of Object.entries(FIGURES))
    addFigure(registry, name, help, async () => (await webhooks.figures())[figure as keyof typeof FIGURES]);
}
