import { apiKeyPatch } from '../../../../auth/key-input.ts';
import { editKey, getKey, revokeKey } from '../../../../auth/keys.ts';
import * as answers from '../../../../http/answers.ts';
import { apiKeyDocument } from '../../../../http/documents.ts';
import { endpoint, resource } from '../../../../http/endpoint.ts';

export const { GET, PATCH, DELETE, ALL } = resource({
  GET: endpoint({
    summary: 'Read an API key, without its secret',
    answer: answers.apiKey,
    scope: 'keys:read',
    async handle({ services, credential, params }) {
      return { body: apiKeyDocument(await getKey(services.read, credential, params.id!)) };
    },
  }),
  PATCH: endpoint({
    summary: 'Change an API key',
    answer: answers.apiKey,
    scope: 'keys:write',
    find: ({ services, credential, params }) => getKey(services.read, credential, params.id!),
    body: apiKeyPatch,
    async handle({ services, actor, credential, params, body }) {
      const input = {
        ...(body.name === undefined ? {} : { name: body.name }),
        ...(body.scopes === undefined ? {} : { scopes: body.scopes }),
        ...(body.page_ids === undefined ? {} : { pageIds: body.page_ids }),
        ...(body.expires_at === undefined
          ? {}
          : { expiresAt: body.expires_at === null ? null : Date.parse(body.expires_at) }),
      };
      const row = await editKey(services.manager, credential, params.id!, input, actor.requestId);
      return { body: apiKeyDocument(row) };
    },
  }),
  DELETE: endpoint({
    summary: 'Revoke an API key',
    scope: 'keys:write',
    async handle({ services, actor, credential, params }) {
      await revokeKey(services.manager, credential, params.id!, actor.requestId);
      return { status: 204 };
    },
  }),
});
