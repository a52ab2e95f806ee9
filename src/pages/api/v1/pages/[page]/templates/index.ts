import { templateCreate } from '../../../../../../domain/input.ts';
import * as answers from '../../../../../../http/answers.ts';
import { templateDocument } from '../../../../../../http/documents.ts';
import { endpoint, resource } from '../../../../../../http/endpoint.ts';
import { listHeaders, pagingOf, sliceOf } from '../../../../../../http/pagination.ts';
import { createTemplate, listTemplates } from '../../../../../../manage/templates.ts';

export const { GET, POST, ALL } = resource({
  GET: endpoint({
    summary: 'List the templates for incidents',
    answer: answers.listOf(answers.template),
    list: [],
    scope: 'incidents:read',
    page: true,
    async handle({ services, page, query }) {
      const paging = pagingOf(query);
      const { total, items } = await listTemplates(services.read, page.id, sliceOf(paging));
      return { body: items.map(templateDocument), headers: listHeaders(total, paging) };
    },
  }),
  POST: endpoint({
    summary: 'Make a template for incidents',
    answer: answers.template,
    scope: 'incidents:write',
    page: true,
    body: templateCreate,
    async handle({ services, actor, page, body }) {
      const { after, revision } = await createTemplate(services.manager, actor, page.id, body);
      return { status: 201, body: templateDocument(after), revision };
    },
  }),
});
