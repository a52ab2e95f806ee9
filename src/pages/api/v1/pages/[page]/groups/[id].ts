import { groupPatch } from '../../../../../../domain/input.ts';
import { groupDocument } from '../../../../../../http/documents.ts';
import { endpoint, resource } from '../../../../../../http/endpoint.ts';
import { deleteGroup, editGroup } from '../../../../../../manage/groups.ts';
import { getGroup } from '../../../../../../manage/queries.ts';

export const { GET, PATCH, DELETE, ALL } = resource({
  GET: endpoint({
    scope: 'components:read',
    page: true,
    async handle({ services, page, params }) {
      return { body: groupDocument(await getGroup(services.read, page.id, params.id!)) };
    },
  }),
  PATCH: endpoint({
    scope: 'components:write',
    page: true,
    find: ({ services, page, params }) => getGroup(services.read, page.id, params.id!),
    body: groupPatch,
    async handle({ services, actor, page, params, body }) {
      const { revision } = await editGroup(services.manager, actor, page.id, params.id!, body);
      return { body: groupDocument(await getGroup(services.read, page.id, params.id!)), revision };
    },
  }),
  DELETE: endpoint({
    scope: 'components:write',
    page: true,
    async handle({ services, actor, page, params }) {
      const { revision } = await deleteGroup(services.manager, actor, page.id, params.id!);
      return { status: 204, revision };
    },
  }),
});
