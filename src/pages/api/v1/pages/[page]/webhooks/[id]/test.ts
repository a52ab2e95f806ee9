import { endpoint, resource } from '../../../../../../../http/endpoint.ts';
import { webhookTest } from '../../../../../../../http/webhook-answers.ts';
import { getWebhook } from '../../../../../../../manage/webhooks.ts';

export const { POST, ALL } = resource({
  POST: endpoint({
    summary: 'Send a test to a webhook now, and say what its receiver answered',
    answer: webhookTest,
    scope: 'subscribers:write',
    page: true,
    outside: true,
    async handle({ services, page, params }) {
      await getWebhook(services.read, page.id, params.id!);
      const { id, answered, error, durationMs } = await services.webhooks.test(page.id, params.id!);
      return {
        status: 201,
        body: { id, delivered: error === null, answered, error, duration_ms: durationMs },
      };
    },
  }),
});
