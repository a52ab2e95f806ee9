import { MAINTENANCE_STATUSES } from '../../../domain/status.ts';
import * as answers from '../../../http/answers.ts';
import { publicEndpoint, resource } from '../../../http/endpoint.ts';
import { choiceOf, listHeaders, pagingOf, sliceOf } from '../../../http/pagination.ts';
import { listMaintenance } from '../../../manage/queries.ts';
import { maintenanceDocument } from '../../../render/documents/maintenance.ts';

const FILTERS = ['upcoming', 'active', ...MAINTENANCE_STATUSES] as const;

/** The whole list, also beyond the hundred that the file without parameters holds. */
export const { GET, ALL } = resource({
  GET: publicEndpoint({
    summary: 'List the maintenance windows',
    answer: answers.listOf(answers.maintenance),
    list: [{ name: 'status_filter', description: 'Only those with this status', choices: FILTERS }],
    async handle({ services, page, query }) {
      const paging = pagingOf(query);
      const status = choiceOf(query, 'status_filter', FILTERS);
      const { total, items } = await listMaintenance(services.read, page.id, status, sliceOf(paging));
      return {
        body: items.map(maintenanceDocument),
        headers: listHeaders(total, paging, { status_filter: status }),
      };
    },
  }),
});
