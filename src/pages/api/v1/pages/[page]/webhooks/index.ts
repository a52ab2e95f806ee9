import { webhookCreate } from '../../../../../../domain/webhooks.ts';
import * as answers from '../../../../../../http/answers.ts';
import { endpoint, resource } from '../../../../../../http/endpoint.ts';
import { listHeaders, pagingOf, sliceOf } from '../../../../../../http/pagination.ts';
import { newWebhook, webhook } from '../../../../../../http/webhook-answers.ts';
import { webhookDocument } from '../../../../../../http/webhook-documents.ts';
import { createWebhook, listWebhooks } from '../../../../../../manage/webhooks.ts';

export const { GET, POST, ALL } = resource({
  GET: endpoint({
    summary: 'List the webhooks of a page',
    answer: answers.listOf(webhook),
    list: [],
    scope: 'subscribers:read',
    page: true,
    async handle({ services, page, query }) {
      const paging = pagingOf(query);
      const { total, items } = await listWebhooks(services.read, page.id, sliceOf(paging));
      return { body: items.map(webhookDocument), headers: listHeaders(total, paging) };
    },
  }),
  POST: endpoint({
    summary: 'Make a webhook; the answer alone carries its secret',
    answer: newWebhook,
    scope: 'subscribers:write',
    page: true,
    body: webhookCreate,
    async handle({ services, actor, page, body }) {
      const { value, after, revision } = await createWebhook(services.manager, actor, page.id, body);
      const document = webhookDocument(after);
      const whole = { ...document, secret: value.secret };
      return { status: 201, body: whole, repeatedBody: document, revision };
    },
  }),
});
