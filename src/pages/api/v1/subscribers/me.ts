import { subscriptionPatch } from '../../../../domain/subscriber-input.ts';
import * as answers from '../../../../http/answers.ts';
import { subscriptionDocument } from '../../../../http/documents.ts';
import { resource } from '../../../../http/endpoint.ts';
import { TOKEN, tokenOf } from '../../../../http/subscriber-token.ts';
import { visitorEndpoint } from '../../../../http/visitor-endpoint.ts';
import { editSubscription, subscriptionOf } from '../../../../manage/subscriptions.ts';

export const { GET, PATCH, ALL } = resource({
  GET: visitorEndpoint({
    summary: 'Read what a subscriber receives',
    status: 200,
    answer: answers.subscription,
    parameters: [TOKEN],
    async handle({ services, page, query }) {
      return { body: subscriptionDocument(await subscriptionOf(services.manager, page.id, tokenOf(query))) };
    },
  }),
  PATCH: visitorEndpoint({
    summary: 'Change what a subscriber receives',
    status: 200,
    answer: answers.subscription,
    parameters: [TOKEN],
    body: subscriptionPatch,
    async handle({ services, page, query, body }) {
      return {
        body: subscriptionDocument(await editSubscription(services.manager, page.id, tokenOf(query), body)),
      };
    },
  }),
});
