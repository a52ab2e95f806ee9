import { notFound } from '../../../../../../../domain/errors.ts';
import { postmortemPut } from '../../../../../../../domain/input.ts';
import * as answers from '../../../../../../../http/answers.ts';
import { endpoint, resource } from '../../../../../../../http/endpoint.ts';
import { writePostmortem } from '../../../../../../../manage/incident-updates.ts';
import { getIncident } from '../../../../../../../manage/queries.ts';
import { postmortemDocument } from '../../../../../../../render/documents/incidents.ts';

export const { GET, PUT, ALL } = resource({
  GET: endpoint({
    summary: 'Read the postmortem',
    answer: answers.postmortem,
    scope: 'incidents:read',
    page: true,
    async handle({ services, page, params }) {
      const { postmortem } = await getIncident(services.read, page.id, params.id!);
      if (!postmortem) throw notFound('Postmortem');
      return { body: postmortemDocument(postmortem) };
    },
  }),
  PUT: endpoint({
    summary: 'Write the postmortem',
    answer: answers.postmortem,
    scope: 'incidents:write',
    page: true,
    find: ({ services, page, params }) => getIncident(services.read, page.id, params.id!),
    body: postmortemPut,
    async handle({ services, actor, page, params, body }) {
      const { after, revision } = await writePostmortem(
        services.manager,
        actor,
        page.id,
        params.id!,
        body.body,
      );
      return { body: postmortemDocument(after), revision };
    },
  }),
});
