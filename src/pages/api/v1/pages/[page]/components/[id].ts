import { componentPatch } from '../../../../../../domain/input.ts';
import * as answers from '../../../../../../http/answers.ts';
import { componentRecordDocument } from '../../../../../../http/documents.ts';
import { endpoint, resource } from '../../../../../../http/endpoint.ts';
import { getComponent } from '../../../../../../manage/component-queries.ts';
import { deleteComponent, editComponent } from '../../../../../../manage/components.ts';

export const { GET, PATCH, DELETE, ALL } = resource({
  GET: endpoint({
    summary: 'Read a component',
    answer: answers.component,
    scope: 'components:read',
    page: true,
    async handle({ services, page, params }) {
      return { body: componentRecordDocument(await getComponent(services.read, page.id, params.id!)) };
    },
  }),
  PATCH: endpoint({
    summary: 'Change a component',
    answer: answers.component,
    scope: 'components:write',
    page: true,
    find: ({ services, page, params }) => getComponent(services.read, page.id, params.id!),
    body: componentPatch,
    async handle({ services, actor, page, params, body }) {
      const { after, revision } = await editComponent(services.manager, actor, page.id, params.id!, body);
      return { body: componentRecordDocument(after), revision };
    },
  }),
  DELETE: endpoint({
    summary: 'Delete a component',
    scope: 'components:write',
    page: true,
    async handle({ services, actor, page, params }) {
      const { revision } = await deleteComponent(services.manager, actor, page.id, params.id!);
      return { status: 204, revision };
    },
  }),
});
