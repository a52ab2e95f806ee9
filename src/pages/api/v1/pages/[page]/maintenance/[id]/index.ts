import { maintenancePatch } from '../../../../../../../domain/input.ts';
import * as answers from '../../../../../../../http/answers.ts';
import { endpoint, resource } from '../../../../../../../http/endpoint.ts';
import { deleteMaintenance, editMaintenance } from '../../../../../../../manage/maintenance.ts';
import { getMaintenance } from '../../../../../../../manage/queries.ts';
import { maintenanceDocument } from '../../../../../../../render/documents/maintenance.ts';

export const { GET, PATCH, DELETE, ALL } = resource({
  GET: endpoint({
    summary: 'Read a maintenance window',
    answer: answers.maintenance,
    scope: 'maintenance:read',
    page: true,
    async handle({ services, page, params }) {
      return { body: maintenanceDocument(await getMaintenance(services.read, page.id, params.id!)) };
    },
  }),
  PATCH: endpoint({
    summary: 'Change a maintenance window',
    answer: answers.maintenance,
    scope: 'maintenance:write',
    page: true,
    find: ({ services, page, params }) => getMaintenance(services.read, page.id, params.id!),
    body: maintenancePatch,
    async handle({ services, actor, page, params, body }) {
      const { after, revision } = await editMaintenance(services.manager, actor, page.id, params.id!, body);
      return { body: maintenanceDocument(after), revision };
    },
  }),
  DELETE: endpoint({
    summary: 'Delete a maintenance window',
    scope: 'maintenance:write',
    page: true,
    async handle({ services, actor, page, params }) {
      const { revision } = await deleteMaintenance(services.manager, actor, page.id, params.id!);
      return { status: 204, revision };
    },
  }),
});
