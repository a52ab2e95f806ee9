import { componentOrder } from '../../../../../../domain/input.ts';
import * as answers from '../../../../../../http/answers.ts';
import { componentRecordDocument } from '../../../../../../http/documents.ts';
import { endpoint, resource } from '../../../../../../http/endpoint.ts';
import { getComponents } from '../../../../../../manage/component-queries.ts';
import { orderComponents } from '../../../../../../manage/order.ts';

export const { PUT, ALL } = resource({
  PUT: endpoint({
    summary: 'Put all components in order',
    answer: answers.listOf(answers.component),
    scope: 'components:write',
    page: true,
    body: componentOrder,
    async handle({ services, actor, page, body }) {
      const { revision } = await orderComponents(services.manager, actor, page.id, body);
      const ordered = await getComponents(services.read, page.id, body);
      return { body: ordered.map(componentRecordDocument), revision };
    },
  }),
});
