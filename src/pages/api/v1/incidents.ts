import { INCIDENT_STATUSES } from '../../../domain/status.ts';
import { publicEndpoint, resource } from '../../../http/endpoint.ts';
import { choiceOf, listHeaders, pagingOf, sliceOf } from '../../../http/pagination.ts';
import { listIncidents } from '../../../manage/queries.ts';
import { incidentDocument } from '../../../render/documents/incidents.ts';

/** The whole list, also beyond the hundred that the file without parameters holds. */
export const { GET, ALL } = resource(
  {
    GET: publicEndpoint(async ({ services, page, query }) => {
      const paging = pagingOf(query);
      const status = choiceOf(query, 'status_filter', ['active', ...INCIDENT_STATUSES] as const);
      const { total, items } = await listIncidents(services.read, page.id, status, sliceOf(paging));
      return {
        body: items.map(incidentDocument),
        headers: listHeaders(total, paging, { status_filter: status }),
      };
    }),
  },
  'page',
);
