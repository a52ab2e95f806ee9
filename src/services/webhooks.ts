/** What calls the receivers of webhooks: the lane of the notifier, and tests on request. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Manager } from '../manage/command.ts';
import { disableWebhook } from '../manage/webhook-health.ts';
import type { Attempt } from '../notify/webhooks/call.ts';
import { webhookFigures } from '../notify/webhooks/deliveries.ts';
import { type WebhookCaller, WebhookLane } from '../notify/webhooks/lane.ts';
import { resolverOf } from '../notify/webhooks/resolve.ts';
import { callTest } from '../notify/webhooks/test-call.ts';
import { WebhookWorker } from '../worker/webhooks.ts';

/** For whoever watches over the installation. */
export interface WebhookFigures {
  /** Calls of this process. */
  delivered: number;
  failed: number;
  /** Deliveries of all processes that are not done. */
  waiting: number;
  /** Webhooks whose last call failed. */
  failing: number;
}

export interface WebhookServices {
  worker: WebhookWorker;
  figures(): Promise<WebhookFigures>;
  /** @returns what the receiver answered, or why it was not reached @throws DomainError not_found */
  test(pageId: string, webhookId: string): Promise<Attempt & { id: string }>;
}

export function createWebhooks(config: Config, manager: Manager, log: Logger): WebhookServices {
  const { store, secrets } = manager;
  const caller: WebhookCaller = {
    publicUrl: config.publicUrl,
    secrets,
    resolve: resolverOf(config.dnsServers),
    allowed: config.webhooksAllow,
    now: () => manager.now(),
  };
  const lane = new WebhookLane({
    ...caller,
    store,
    holder: randomUUID(),
    alone: config.databaseUrl.startsWith('file:'),
    random: Math.random,
    disable: (id, reason) => disableWebhook(manager, id, reason),
    log,
  });
  return {
    worker: new WebhookWorker(lane, log),
    figures: async () => ({ ...lane.stats, ...(await webhookFigures(store.read)) }),
    test: (pageId, webhookId) => callTest(store.read, caller, pageId, webhookId),
  };
}
