import * as answers from '../../../../../../../http/answers.ts';
import { endpoint, resource } from '../../../../../../../http/endpoint.ts';
import { mailDelivery, mailDeliveryDocument } from '../../../../../../../http/notification-answers.ts';
import { choiceOf, listHeaders, pagingOf, sliceOf } from '../../../../../../../http/pagination.ts';
import { DELIVERY_STATES } from '../../../../../../../http/webhook-answers.ts';
import { getNotification, listMailDeliveries } from '../../../../../../../manage/notifications.ts';

export const { GET, ALL } = resource({
  GET: endpoint({
    summary: 'List what became of the mails of an event, for each subscriber',
    answer: answers.listOf(mailDelivery),
    list: [{ name: 'state', description: 'Only deliveries in this state', choices: DELIVERY_STATES }],
    scope: 'subscribers:read',
    page: true,
    async handle({ services, page, params, query }) {
      const paging = pagingOf(query);
      const state = choiceOf(query, 'state', DELIVERY_STATES);
      const event = await getNotification(services.read, page.id, params.id!, services.now());
      const { total, items } = await listMailDeliveries(services.read, event, state, sliceOf(paging));
      return { body: items.map(mailDeliveryDocument), headers: listHeaders(total, paging, { state }) };
    },
  }),
});
