import * as answers from '../../../../../../../http/answers.ts';
import { endpoint, resource } from '../../../../../../../http/endpoint.ts';
import { choiceOf, listHeaders, pagingOf, sliceOf } from '../../../../../../../http/pagination.ts';
import { DELIVERY_STATES, webhookDelivery } from '../../../../../../../http/webhook-answers.ts';
import { webhookDeliveryDocument } from '../../../../../../../http/webhook-documents.ts';
import { listWebhookDeliveries } from '../../../../../../../manage/webhook-deliveries.ts';
import { getWebhook } from '../../../../../../../manage/webhooks.ts';

export const { GET, ALL } = resource({
  GET: endpoint({
    summary: 'List what was sent to a webhook, newest first',
    answer: answers.listOf(webhookDelivery),
    list: [{ name: 'state', description: 'Only deliveries in this state', choices: DELIVERY_STATES }],
    scope: 'subscribers:read',
    page: true,
    async handle({ services, page, params, query }) {
      const paging = pagingOf(query);
      const state = choiceOf(query, 'state', DELIVERY_STATES);
      const { id } = await getWebhook(services.read, page.id, params.id!);
      const { total, items } = await listWebhookDeliveries(services.read, id, state, sliceOf(paging));
      return { body: items.map(webhookDeliveryDocument), headers: listHeaders(total, paging, { state }) };
    },
  }),
});
