import { maintenanceCreate } from '../../../../../../domain/input.ts';
import { MAINTENANCE_STATUSES } from '../../../../../../domain/status.ts';
import * as answers from '../../../../../../http/answers.ts';
import { endpoint, resource } from '../../../../../../http/endpoint.ts';
import { choiceOf, listHeaders, pagingOf, sliceOf } from '../../../../../../http/pagination.ts';
import { planMaintenance } from '../../../../../../manage/maintenance.ts';
import { listMaintenance } from '../../../../../../manage/queries.ts';
import { maintenanceDocument } from '../../../../../../render/documents/maintenance.ts';

const FILTERS = ['upcoming', 'active', ...MAINTENANCE_STATUSES] as const;

export const { GET, POST, ALL } = resource({
  GET: endpoint({
    summary: 'List the maintenance windows, latest start first',
    answer: answers.listOf(answers.maintenance),
    list: [{ name: 'status_filter', description: 'Only those with this status', choices: FILTERS }],
    scope: 'maintenance:read',
    page: true,
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
  POST: endpoint({
    summary: 'Plan maintenance',
    answer: answers.maintenance,
    scope: 'maintenance:write',
    page: true,
    body: maintenanceCreate,
    async handle({ services, actor, page, body }) {
      const { after, revision } = await planMaintenance(services.manager, actor, page.id, body);
      return { status: 201, body: maintenanceDocument(after), revision };
    },
  }),
});
