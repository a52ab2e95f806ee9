import { subscriberPatch } from '../../../../../../domain/subscriber-input.ts';
import * as answers from '../../../../../../http/answers.ts';
import { subscriberDocument } from '../../../../../../http/documents.ts';
import { endpoint, resource } from '../../../../../../http/endpoint.ts';
import { getSubscriber } from '../../../../../../manage/subscriber-queries.ts';
import { editSubscriber, eraseSubscriber } from '../../../../../../manage/subscribers.ts';

export const { GET, PATCH, DELETE, ALL } = resource({
  GET: endpoint({
    summary: 'Read a subscriber',
    answer: answers.subscriber,
    scope: 'subscribers:read',
    page: true,
    async handle({ services, page, params }) {
      return { body: subscriberDocument(await getSubscriber(services.read, page.id, params.id!)) };
    },
  }),
  PATCH: endpoint({
    summary: 'Change a subscriber',
    answer: answers.subscriber,
    scope: 'subscribers:write',
    page: true,
    find: ({ services, page, params }) => getSubscriber(services.read, page.id, params.id!),
    body: subscriberPatch,
    async handle({ services, actor, page, params, body }) {
      const { after, revision } = await editSubscriber(services.manager, actor, page.id, params.id!, body);
      return { body: subscriberDocument(after), revision };
    },
  }),
  DELETE: endpoint({
    summary: 'Erase a subscriber: only a keyed hash stays, which refuses the address to imports',
    scope: 'subscribers:write',
    page: true,
    async handle({ services, actor, page, params }) {
      const { revision } = await eraseSubscriber(services.manager, actor, page.id, params.id!);
      return { status: 204, revision };
    },
  }),
});
