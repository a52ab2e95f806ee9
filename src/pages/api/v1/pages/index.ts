import { pageCreate } from '../../../../domain/input.ts';
import * as answers from '../../../../http/answers.ts';
import { pageDocument } from '../../../../http/documents.ts';
import { endpoint, resource } from '../../../../http/endpoint.ts';
import { listHeaders, pagingOf, sliceOf } from '../../../../http/pagination.ts';
import { createPage } from '../../../../manage/pages.ts';
import { listPages } from '../../../../manage/queries.ts';

export const { GET, POST, ALL } = resource({
  GET: endpoint({
    summary: 'List the pages',
    answer: answers.listOf(answers.page),
    list: [],
    scope: 'pages:read',
    async handle({ services, actor, query }) {
      const paging = pagingOf(query);
      const { total, items } = await listPages(services.read, actor, sliceOf(paging));
      return {
        body: items.map((page) => pageDocument(services.asPublished(page), services.publicUrl)),
        headers: listHeaders(total, paging),
      };
    },
  }),
  POST: endpoint({
    summary: 'Make a page',
    answer: answers.page,
    scope: 'pages:write',
    body: pageCreate,
    mayBePageBound: false,
    async handle({ services, actor, body }) {
      const { after, revision } = await createPage(services.manager, actor, services.checkedDomain(body));
      return {
        status: 201,
        body: pageDocument(services.asPublished(after), services.publicUrl),
        revision,
        pageId: after.id,
      };
    },
  }),
});
