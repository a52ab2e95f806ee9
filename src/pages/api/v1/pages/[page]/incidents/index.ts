import { incidentCreate } from '../../../../../../domain/input.ts';
import { INCIDENT_STATUSES } from '../../../../../../domain/status.ts';
import * as answers from '../../../../../../http/answers.ts';
import { endpoint, resource } from '../../../../../../http/endpoint.ts';
import { choiceOf, listHeaders, pagingOf, sliceOf } from '../../../../../../http/pagination.ts';
import { openIncident } from '../../../../../../manage/incidents.ts';
import { listIncidents } from '../../../../../../manage/queries.ts';
import { incidentDocument } from '../../../../../../render/documents/incidents.ts';

const FILTERS = ['active', ...INCIDENT_STATUSES] as const;

export const { GET, POST, ALL } = resource({
  GET: endpoint({
    summary: 'List the incidents, newest start first',
    answer: answers.listOf(answers.incident),
    list: [{ name: 'status_filter', description: 'Only those with this status', choices: FILTERS }],
    scope: 'incidents:read',
    page: true,
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
  POST: endpoint({
    summary: 'Open an incident, or record one that is over',
    answer: answers.incident,
    scope: 'incidents:write',
    page: true,
    body: incidentCreate,
    async handle({ services, actor, page, body }) {
      const { after, revision } = await openIncident(services.manager, actor, page.id, body);
      return { status: 201, body: incidentDocument(after), revision };
    },
  }),
});
