import { maintenanceCreate } from '../../../../../../domain/input.ts';
import { MAINTENANCE_STATUSES } from '../../../../../../domain/status.ts';
import { endpoint, resource } from '../../../../../../http/endpoint.ts';
import { choiceOf, listHeaders, pagingOf, sliceOf } from '../../../../../../http/pagination.ts';
import { planMaintenance } from '../../../../../../manage/maintenance.ts';
import { getMaintenance, listMaintenance } from '../../../../../../manage/queries.ts';
import { maintenanceDocument } from '../../../../../../render/documents/maintenance.ts';

export const { GET, POST, ALL } = resource({
  GET: endpoint({
    scope: 'maintenance:read',
    page: true,
    async handle({ services, page, query }) {
      const paging = pagingOf(query);
      const status = choiceOf(query, 'status_filter', [
        'upcoming',
        'active',
        ...MAINTENANCE_STATUSES,
      ] as const);
      const { total, items } = await listMaintenance(services.read, page.id, status, sliceOf(paging));
      return {
        body: items.map(maintenanceDocument),
        headers: listHeaders(total, paging, { status_filter: status }),
      };
    },
  }),
  POST: endpoint({
    scope: 'maintenance:write',
    page: true,
    body: maintenanceCreate,
    async handle({ services, actor, page, body }) {
      const { value: id, revision } = await planMaintenance(services.manager, actor, page.id, body);
      return {
        status: 201,
        body: maintenanceDocument(await getMaintenance(services.read, page.id, id)),
        revision,
      };
    },
  }),
});
