import { incidentPatch } from '../../../../../../../domain/input.ts';
import * as answers from '../../../../../../../http/answers.ts';
import { endpoint, resource } from '../../../../../../../http/endpoint.ts';
import { deleteIncident, editIncident } from '../../../../../../../manage/incidents.ts';
import { getIncident } from '../../../../../../../manage/queries.ts';
import { incidentDocument } from '../../../../../../../render/documents/incidents.ts';

export const { GET, PATCH, DELETE, ALL } = resource({
  GET: endpoint({
    summary: 'Read an incident',
    answer: answers.incident,
    scope: 'incidents:read',
    page: true,
    async handle({ services, page, params }) {
      return { body: incidentDocument(await getIncident(services.read, page.id, params.id!)) };
    },
  }),
  PATCH: endpoint({
    summary: 'Change an incident',
    answer: answers.incident,
    scope: 'incidents:write',
    page: true,
    find: ({ services, page, params }) => getIncident(services.read, page.id, params.id!),
    body: incidentPatch,
    async handle({ services, actor, page, params, body }) {
      const { after, revision } = await editIncident(services.manager, actor, page.id, params.id!, body);
      return { body: incidentDocument(after), revision };
    },
  }),
  DELETE: endpoint({
    summary: 'Delete an incident',
    scope: 'incidents:write',
    page: true,
    async handle({ services, actor, page, params }) {
      const { revision } = await deleteIncident(services.manager, actor, page.id, params.id!);
      return { status: 204, revision };
    },
  }),
});
