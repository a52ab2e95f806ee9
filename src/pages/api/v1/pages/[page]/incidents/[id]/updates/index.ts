import { incidentUpdateCreate } from '../../../../../../../../domain/input.ts';
import * as answers from '../../../../../../../../http/answers.ts';
import { endpoint, resource } from '../../../../../../../../http/endpoint.ts';
import { listHeaders, pagingOf, sliceOf } from '../../../../../../../../http/pagination.ts';
import { postUpdate } from '../../../../../../../../manage/incidents.ts';
import { getIncident } from '../../../../../../../../manage/queries.ts';
import { incidentUpdateDocument } from '../../../../../../../../render/documents/incidents.ts';

export const { GET, POST, ALL } = resource({
  GET: endpoint({
    summary: 'List the updates of an incident, newest first',
    answer: answers.listOf(answers.incidentUpdate),
    list: [],
    scope: 'incidents:read',
    page: true,
    async handle({ services, page, params, query }) {
      const paging = pagingOf(query);
      const { updates } = await getIncident(services.read, page.id, params.id!);
      const { limit, offset } = sliceOf(paging);
      return {
        body: updates.slice(offset, offset + limit).map(incidentUpdateDocument),
        headers: listHeaders(updates.length, paging),
      };
    },
  }),
  POST: endpoint({
    summary: 'Post an update',
    answer: answers.incidentUpdate,
    scope: 'incidents:write',
    page: true,
    find: ({ services, page, params }) => getIncident(services.read, page.id, params.id!),
    body: incidentUpdateCreate,
    async handle({ services, actor, page, params, body }) {
      const { after, revision } = await postUpdate(services.manager, actor, page.id, params.id!, body);
      return { status: 201, body: incidentUpdateDocument(after), revision };
    },
  }),
});
