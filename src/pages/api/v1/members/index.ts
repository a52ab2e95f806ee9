import * as answers from '../../../../http/answers.ts';
import { userDocument } from '../../../../http/documents.ts';
import { endpoint, resource } from '../../../../http/endpoint.ts';
import { listHeaders, pagingOf, sliceOf } from '../../../../http/pagination.ts';
import { listMembers } from '../../../../manage/members.ts';

export const { GET, ALL } = resource({
  GET: endpoint({
    summary: 'List the members of the organization',
    answer: answers.listOf(answers.member),
    list: [],
    scope: 'members:read',
    mayBePageBound: false,
    async handle({ services, actor, query }) {
      const paging = pagingOf(query);
      const { total, items } = await listMembers(services.read, actor.organizationId, sliceOf(paging));
      return { body: items.map(userDocument), headers: listHeaders(total, paging) };
    },
  }),
});
