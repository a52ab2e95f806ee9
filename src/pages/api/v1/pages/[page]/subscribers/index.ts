import { subscriberCreate } from '../../../../../../domain/subscriber-input.ts';
import * as answers from '../../../../../../http/answers.ts';
import { subscriberDocument } from '../../../../../../http/documents.ts';
import { endpoint, resource } from '../../../../../../http/endpoint.ts';
import { choiceOf, listHeaders, pagingOf, single, sliceOf } from '../../../../../../http/pagination.ts';
import { listSubscribers, SUBSCRIBER_STATUSES } from '../../../../../../manage/subscriber-queries.ts';
import { addSubscriber } from '../../../../../../manage/subscribers.ts';

export const { GET, POST, ALL } = resource({
  GET: endpoint({
    summary: 'List the subscribers of a page, newest first',
    answer: answers.listOf(answers.subscriber),
    list: [
      { name: 'status_filter', description: 'Only those with this status', choices: SUBSCRIBER_STATUSES },
      { name: 'email', description: 'Only those whose address holds this' },
    ],
    scope: 'subscribers:read',
    page: true,
    async handle({ services, page, query }) {
      const paging = pagingOf(query);
      const filter = {
        status: choiceOf(query, 'status_filter', SUBSCRIBER_STATUSES),
        email: single(query, 'email'),
      };
      const { total, items } = await listSubscribers(services.read, page.id, filter, sliceOf(paging));
      const given = { status_filter: filter.status, email: filter.email };
      return { body: items.map(subscriberDocument), headers: listHeaders(total, paging, given) };
    },
  }),
  POST: endpoint({
    summary: 'Add a subscriber who has agreed to it',
    answer: answers.subscriber,
    scope: 'subscribers:write',
    page: true,
    body: subscriberCreate,
    async handle({ services, actor, page, body }) {
      const { after, revision } = await addSubscriber(services.manager, actor, page.id, body);
      return {
        status: 201,
        body: subscriberDocument(after),
        revision,
      };
    },
  }),
});
