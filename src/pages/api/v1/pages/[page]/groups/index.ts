import { groupCreate } from '../../../../../../domain/input.ts';
import * as answers from '../../../../../../http/answers.ts';
import { groupDocument } from '../../../../../../http/documents.ts';
import { endpoint, resource } from '../../../../../../http/endpoint.ts';
import { listHeaders, pagingOf, sliceOf } from '../../../../../../http/pagination.ts';
import { listGroups } from '../../../../../../manage/component-queries.ts';
import { createGroup } from '../../../../../../manage/groups.ts';

export const { GET, POST, ALL } = resource({
  GET: endpoint({
    summary: 'List the component groups',
    answer: answers.listOf(answers.group),
    list: [],
    scope: 'components:read',
    page: true,
    async handle({ services, page, query }) {
      const paging = pagingOf(query);
      const { total, items } = await listGroups(services.read, page.id, sliceOf(paging));
      return { body: items.map(groupDocument), headers: listHeaders(total, paging) };
    },
  }),
  POST: endpoint({
    summary: 'Make a component group',
    answer: answers.group,
    scope: 'components:write',
    page: true,
    body: groupCreate,
    async handle({ services, actor, page, body }) {
      const { after, revision } = await createGroup(services.manager, actor, page.id, body);
      return { status: 201, body: groupDocument(after), revision };
    },
  }),
});
