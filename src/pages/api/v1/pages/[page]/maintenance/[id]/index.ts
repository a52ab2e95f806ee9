import { maintenancePatch } from '../../../../../../../domain/input.ts';
import { endpoint, resource } from '../../../../../../../http/endpoint.ts';
import { deleteMaintenance, editMaintenance } from '../../../../../../../manage/maintenance.ts';
import { getMaintenance } from '../../../../../../../manage/queries.ts';
import { maintenanceDocument } from '../../../../../../../render/documents/maintenance.ts';

export const { GET, PATCH, DELETE, ALL } = resource({
  GET: endpoint({
    scope: 'maintenance:read',
    page: true,
    async handle({ services, page, params }) {
      return { body: maintenanceDocument(await getMaintenance(services.read, page.id, params.id!)) };
    },
  }),
  PATCH: endpoint({
    scope: 'maintenance:write',
    page: true,
    find: ({ services, page, params }) => getMaintenance(services.read, page.id, params.id!),
    body: maintenancePatch,
    async handle({ services, actor, page, params, body }) {
      const { revision } = await editMaintenance(services.manager, actor, page.id, params.id!, body);
      return {
        body: maintenanceDocument(await getMaintenance(services.read, page.id, params.id!)),
        revision,
      };
    },
  }),
  DELETE: endpoint({
    scope: 'maintenance:write',
    page: true,
    async handle({ services, actor, page, params }) {
      const { revision } = await deleteMaintenance(services.manager, actor, page.id, params.id!);
      return { status: 204, revision };
    },
  }),
});
