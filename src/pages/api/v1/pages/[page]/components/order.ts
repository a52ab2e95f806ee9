import { componentOrder } from '../../../../../../domain/input.ts';
import * as answers from '../../../../../../http/answers.ts';
import { componentRecordDocument } from '../../../../../../http/documents.ts';
import { endpoint, resource } from '../../../../../../http/endpoint.ts';
import { orderComponents } from '../../../../../../manage/order.ts';

export const { PUT, ALL } = resource({
  PUT: endpoint({
    summary: 'Put all components in order',
    answer: answers.listOf(answers.component),
    scope: 'components:write',
    page: true,
    body: componentOrder,
    async handle({ services, actor, page, body }) {
      const { after, revision } = await orderComponents(services.manager, actor, page.id, body);
      return { body: after.map(componentRecordDocument), revision };
    },
  }),
});
