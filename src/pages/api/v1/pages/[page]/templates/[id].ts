import { templatePatch } from '../../../../../../domain/input.ts';
import * as answers from '../../../../../../http/answers.ts';
import { templateDocument } from '../../../../../../http/documents.ts';
import { endpoint, resource } from '../../../../../../http/endpoint.ts';
import { deleteTemplate, editTemplate, getTemplate } from '../../../../../../manage/templates.ts';

export const { GET, PATCH, DELETE, ALL } = resource({
  GET: endpoint({
    summary: 'Read a template',
    answer: answers.template,
    scope: 'incidents:read',
    page: true,
    async handle({ services, page, params }) {
      return { body: templateDocument(await getTemplate(services.read, page.id, params.id!)) };
    },
  }),
  PATCH: endpoint({
    summary: 'Change a template',
    answer: answers.template,
    scope: 'incidents:write',
    page: true,
    find: ({ services, page, params }) => getTemplate(services.read, page.id, params.id!),
    body: templatePatch,
    async handle({ services, actor, page, params, body }) {
      const { after, revision } = await editTemplate(services.manager, actor, page.id, params.id!, body);
      return { body: templateDocument(after), revision };
    },
  }),
  DELETE: endpoint({
    summary: 'Delete a template',
    scope: 'incidents:write',
    page: true,
    async handle({ services, actor, page, params }) {
      const { revision } = await deleteTemplate(services.manager, actor, page.id, params.id!);
      return { status: 204, revision };
    },
  }),
});
