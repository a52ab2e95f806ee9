import { notFound } from '../../../../../../../../domain/errors.ts';
import { incidentUpdatePatch } from '../../../../../../../../domain/input.ts';
import * as answers from '../../../../../../../../http/answers.ts';
import type { Call } from '../../../../../../../../http/declare.ts';
import { endpoint, resource } from '../../../../../../../../http/endpoint.ts';
import { deleteUpdate, editUpdate } from '../../../../../../../../manage/incident-updates.ts';
import { getIncident } from '../../../../../../../../manage/queries.ts';
import { incidentUpdateDocument } from '../../../../../../../../render/documents/incidents.ts';

async function find({ services, page, params }: Pick<Call<unknown>, 'services' | 'page' | 'params'>) {
  const { updates } = await getIncident(services.read, page.id, params.id!);
  const update = updates.find(({ id }) => id === params.update);
  if (!update) throw notFound('Update');
  return update;
}

export const { GET, PATCH, DELETE, ALL } = resource({
  GET: endpoint({
    summary: 'Read an update',
    answer: answers.incidentUpdate,
    scope: 'incidents:read',
    page: true,
    async handle(call) {
      return { body: incidentUpdateDocument(await find(call)) };
    },
  }),
  PATCH: endpoint({
    summary: 'Correct the text of an update',
    answer: answers.incidentUpdate,
    scope: 'incidents:write',
    page: true,
    find,
    body: incidentUpdatePatch,
    async handle({ services, actor, page, params, body }) {
      const { after, revision } = await editUpdate(
        services.manager,
        actor,
        page.id,
        params.id!,
        params.update!,
        body,
      );
      return { body: incidentUpdateDocument(after), revision };
    },
  }),
  DELETE: endpoint({
    summary: 'Take an update back',
    scope: 'incidents:write',
    page: true,
    async handle({ services, actor, page, params }) {
      const { revision } = await deleteUpdate(services.manager, actor, page.id, params.id!, params.update!);
      return { status: 204, revision };
    },
  }),
});
