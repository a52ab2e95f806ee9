import { notFound } from '../../../../../../../../domain/errors.ts';
import { maintenanceUpdatePatch } from '../../../../../../../../domain/input.ts';
import * as answers from '../../../../../../../../http/answers.ts';
import type { Call } from '../../../../../../../../http/declare.ts';
import { endpoint, resource } from '../../../../../../../../http/endpoint.ts';
import { editMaintenanceUpdate } from '../../../../../../../../manage/maintenance.ts';
import { getMaintenance } from '../../../../../../../../manage/queries.ts';
import { maintenanceUpdateDocument } from '../../../../../../../../render/documents/maintenance.ts';

async function find({ services, page, params }: Pick<Call<unknown>, 'services' | 'page' | 'params'>) {
  const { updates } = await getMaintenance(services.read, page.id, params.id!);
  const update = updates.find(({ id }) => id === params.update);
  if (!update) throw notFound('Update');
  return update;
}

export const { GET, PATCH, ALL } = resource({
  GET: endpoint({
    summary: 'Read an update of a maintenance window',
    answer: answers.maintenanceUpdate,
    scope: 'maintenance:read',
    page: true,
    async handle(call) {
      return { body: maintenanceUpdateDocument(await find(call)) };
    },
  }),
  PATCH: endpoint({
    summary: 'Correct the text of an update',
    answer: answers.maintenanceUpdate,
    scope: 'maintenance:write',
    page: true,
    find,
    body: maintenanceUpdatePatch,
    async handle({ services, actor, page, params, body }) {
      const { after, revision } = await editMaintenanceUpdate(
        services.manager,
        actor,
        page.id,
        params.id!,
        params.update!,
        body,
      );
      return { body: maintenanceUpdateDocument(after), revision };
    },
  }),
});
