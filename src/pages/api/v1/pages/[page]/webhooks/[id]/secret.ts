import { endpoint, resource } from '../../../../../../../http/endpoint.ts';
import { newWebhook } from '../../../../../../../http/webhook-answers.ts';
import { webhookDocument } from '../../../../../../../http/webhook-documents.ts';
import { rotateSecret } from '../../../../../../../manage/webhooks.ts';

export const { POST, ALL } = resource({
  POST: endpoint({
    summary: 'Give a webhook a new secret; the old one signs along for a day',
    answer: newWebhook,
    scope: 'subscribers:write',
    page: true,
    async handle({ services, actor, page, params }) {
      const id = params.id!;
      const { value, after, revision } = await rotateSecret(services.manager, actor, page.id, id);
      const document = webhookDocument(after);
      const whole = { ...document, secret: value.secret };
      return { status: 201, body: whole, repeatedBody: document, revision };
    },
  }),
});
