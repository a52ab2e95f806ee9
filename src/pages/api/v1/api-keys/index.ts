import { apiKeyCreate } from '../../../../auth/key-input.ts';
import { createKey, listKeys } from '../../../../auth/keys.ts';
import * as answers from '../../../../http/answers.ts';
import { apiKeyDocument } from '../../../../http/documents.ts';
import { endpoint, resource } from '../../../../http/endpoint.ts';
import { listHeaders, pagingOf, sliceOf } from '../../../../http/pagination.ts';

export const { GET, POST, ALL } = resource({
  GET: endpoint({
    summary: 'List the API keys that are not revoked',
    answer: answers.listOf(answers.apiKey),
    list: [],
    scope: 'keys:read',
    async handle({ services, credential, query }) {
      const paging = pagingOf(query);
      const { total, items } = await listKeys(services.read, credential, sliceOf(paging));
      return { body: items.map(apiKeyDocument), headers: listHeaders(total, paging) };
    },
  }),
  POST: endpoint({
    summary: 'Make an API key; the answer alone carries its secret',
    answer: answers.newApiKey,
    scope: 'keys:write',
    body: apiKeyCreate,
    async handle({ services, actor, credential, body }) {
      const input = {
        name: body.name,
        scopes: body.scopes,
        // A bound key makes keys for its own pages, and one that will expire for its own lifetime.
        pageIds: body.page_ids ?? (credential.pageIds ? [...credential.pageIds] : null),
        expiresAt: typeof body.expires_at === 'string' ? Date.parse(body.expires_at) : body.expires_at,
      };
      const { row, key } = await createKey(services.manager, credential, input, actor.requestId);
      const document = apiKeyDocument(row);
      return { status: 201, body: { ...document, key }, repeatedBody: document };
    },
  }),
});
