import { maintenanceUpdateCreate } from '../../../../../../../../domain/input.ts';
import * as answers from '../../../../../../../../http/answers.ts';
import { endpoint, resource } from '../../../../../../../../http/endpoint.ts';
import { listHeaders, pagingOf, sliceOf } from '../../../../../../../../http/pagination.ts';
import { postMaintenanceUpdate } from '../../../../../../../../manage/maintenance.ts';
import { getMaintenance } from '../../../../../../../../manage/queries.ts';
import { maintenanceUpdateDocument } from '../../../../../../../../render/documents/maintenance.ts';

export const { GET, POST, ALL } = resource({
  GET: endpoint({
    summary: 'List the updates of a maintenance window, newest first',
    answer: answers.listOf(answers.maintenanceUpdate),
    list: [],
    scope: 'maintenance:read',
    page: true,
    async handle({ services, page, params, query }) {
      const paging = pagingOf(query);
      const { updates } = await getMaintenance(services.read, page.id, params.id!);
      const { limit, offset } = sliceOf(paging);
      return {
        body: updates.slice(offset, offset + limit).map(maintenanceUpdateDocument),
        headers: listHeaders(updates.length, paging),
      };
    },
  }),
  POST: endpoint({
    summary: 'Post an update to a maintenance window',
    answer: answers.maintenanceUpdate,
    scope: 'maintenance:write',
    page: true,
    find: ({ services, page, params }) => getMaintenance(services.read, page.id, params.id!),
    body: maintenanceUpdateCreate,
    async handle({ services, actor, page, params, body }) {
      const { manager } = services;
      const { after, revision } = await postMaintenanceUpdate(manager, actor, page.id, params.id!, body);
      return { status: 201, body: maintenanceUpdateDocument(after), revision };
    },
  }),
});
