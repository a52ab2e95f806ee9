import { componentCreate, statusesPatch } from '../../../../../../domain/input.ts';
import { COMPONENT_STATUSES } from '../../../../../../domain/status.ts';
import * as answers from '../../../../../../http/answers.ts';
import { componentRecordDocument } from '../../../../../../http/documents.ts';
import { endpoint, resource } from '../../../../../../http/endpoint.ts';
import { choiceOf, listHeaders, pagingOf, sliceOf } from '../../../../../../http/pagination.ts';
import { listComponents } from '../../../../../../manage/component-queries.ts';
import { setComponentStatuses } from '../../../../../../manage/component-statuses.ts';
import { createComponent } from '../../../../../../manage/components.ts';

export const { GET, POST, PATCH, ALL } = resource({
  GET: endpoint({
    summary: 'List the components in display order',
    answer: answers.listOf(answers.component),
    list: [
      { name: 'status_filter', description: 'Only those with this status', choices: COMPONENT_STATUSES },
    ],
    scope: 'components:read',
    page: true,
    async handle({ services, page, query }) {
      const paging = pagingOf(query);
      const status = choiceOf(query, 'status_filter', COMPONENT_STATUSES);
      const { total, items } = await listComponents(services.read, page.id, status, sliceOf(paging));
      return {
        body: items.map(componentRecordDocument),
        headers: listHeaders(total, paging, { status_filter: status }),
      };
    },
  }),
  POST: endpoint({
    summary: 'Make a component',
    answer: answers.component,
    scope: 'components:write',
    page: true,
    body: componentCreate,
    async handle({ services, actor, page, body }) {
      const { after, revision } = await createComponent(services.manager, actor, page.id, body);
      return { status: 201, body: componentRecordDocument(after), revision };
    },
  }),
  PATCH: endpoint({
    summary: 'Set the statuses of many components at once',
    answer: answers.listOf(answers.component),
    scope: 'components:write',
    page: true,
    body: statusesPatch,
    async handle({ services, actor, page, body }) {
      const { after, revision } = await setComponentStatuses(services.manager, actor, page.id, body);
      return { body: after.map(componentRecordDocument), revision };
    },
  }),
});
