import { INCIDENT_STATUSES } from '../../../domain/status.ts';
import * as answers from '../../../http/answers.ts';
import { publicEndpoint, resource } from '../../../http/endpoint.ts';
import { choiceOf, listHeaders, pagingOf, sliceOf } from '../../../http/pagination.ts';
import { listIncidents } from '../../../manage/queries.ts';
import { incidentDocument } from '../../../render/documents/incidents.ts';

const FILTERS = ['active', ...INCIDENT_STATUSES] as const;

/** The whole list, also beyond the hundred that the file without parameters holds. */
export const { GET, ALL } = resource({
  GET: publicEndpoint({
    summary: 'List the incidents',
    answer: answers.listOf(answers.incident),
    list: [{ name: 'status_filter', description: 'Only those with this status', choices: FILTERS }],
    async handle({ services, page, query }) {
      const paging = pagingOf(query);
      const status = choiceOf(query, 'status_filter', FILTERS);
      const { total, items } = await listIncidents(services.read, page.id, status, sliceOf(paging));
      return {
        body: items.map(incidentDocument),
        headers: listHeaders(total, paging, { status_filter: status }),
      };
    },
  }),
});
