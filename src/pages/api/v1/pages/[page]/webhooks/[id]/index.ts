import { webhookPatch } from '../../../../../../../domain/webhooks.ts';
import { endpoint, resource } from '../../../../../../../http/endpoint.ts';
import { webhook } from '../../../../../../../http/webhook-answers.ts';
import { webhookDocument } from '../../../../../../../http/webhook-documents.ts';
import { deleteWebhook, editWebhook, getWebhook } from '../../../../../../../manage/webhooks.ts';

export const { GET, PATCH, DELETE, ALL } = resource({
  GET: endpoint({
    summary: 'Read a webhook',
    answer: webhook,
    scope: 'subscribers:read',
    page: true,
    async handle({ services, page, params }) {
      return { body: webhookDocument(await getWebhook(services.read, page.id, params.id!)) };
    },
  }),
  PATCH: endpoint({
    summary: 'Change a webhook, or switch it on again',
    answer: webhook,
    scope: 'subscribers:write',
    page: true,
    find: ({ services, page, params }) => getWebhook(services.read, page.id, params.id!),
    body: webhookPatch,
    async handle({ services, actor, page, params, body }) {
      const { after, revision } = await editWebhook(services.manager, actor, page.id, params.id!, body);
      return { body: webhookDocument(after), revision };
    },
  }),
  DELETE: endpoint({
    summary: 'Delete a webhook',
    scope: 'subscribers:write',
    page: true,
    async handle({ services, actor, page, params }) {
      const { revision } = await deleteWebhook(services.manager, actor, page.id, params.id!);
      return { status: 204, revision };
    },
  }),
});
