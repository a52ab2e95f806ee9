import { groupPatch } from '../../../../../../domain/input.ts';
import * as answers from '../../../../../../http/answers.ts';
import { groupDocument } from '../../../../../../http/documents.ts';
import { endpoint, resource } from '../../../../../../http/endpoint.ts';
import { getGroup } from '../../../../../../manage/component-queries.ts';
import { deleteGroup, editGroup } from '../../../../../../manage/groups.ts';

export const { GET, PATCH, DELETE, ALL } = resource({
  GET: endpoint({
    summary: 'Read a component group',
    answer: answers.group,
    scope: 'components:read',
    page: true,
    async handle({ services, page, params }) {
      return { body: groupDocument(await getGroup(services.read, page.id, params.id!)) };
    },
  }),
  PATCH: endpoint({
    summary: 'Change a component group',
    answer: answers.group,
    scope: 'components:write',
    page: true,
    find: ({ services, page, params }) => getGroup(services.read, page.id, params.id!),
    body: groupPatch,
    async handle({ services, actor, page, params, body }) {
      const { after, revision } = await editGroup(services.manager, actor, page.id, params.id!, body);
      return { body: groupDocument(after), revision };
    },
  }),
  DELETE: endpoint({
    summary: 'Delete a component group and free its components',
    scope: 'components:write',
    page: true,
    async handle({ services, actor, page, params }) {
      const { revision } = await deleteGroup(services.manager, actor, page.id, params.id!);
      return { status: 204, revision };
    },
  }),
});
