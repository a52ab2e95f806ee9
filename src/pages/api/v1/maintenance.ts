import { MAINTENANCE_STATUSES } from '../../../domain/status.ts';
import { publicEndpoint, resource } from '../../../http/endpoint.ts';
import { choiceOf, listHeaders, pagingOf, sliceOf } from '../../../http/pagination.ts';
import { listMaintenance } from '../../../manage/queries.ts';
import { maintenanceDocument } from '../../../render/documents/maintenance.ts';

/** The whole list, also beyond the hundred that the file without parameters holds. */
export const { GET, ALL } = resource(
  {
    GET: publicEndpoint(async ({ services, page, query }) => {
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
    }),
  },
  'page',
);
