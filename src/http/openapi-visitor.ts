/** What a visitor does without an account, as the OpenAPI document tells of it. */
import type { AnyVisitorEndpoint } from './declare.ts';
import { content, failures, type Json, operationId, queryParameters, tagOf } from './openapi-operations.ts';

const SUCCESS = { 200: 'Done', 202: 'Taken', 303: 'Goes on at the page with a button' };

/** What a client finds that follows the redirect. */
const PAGE = {
  '200': { description: 'The page', content: { 'text/html': { schema: { type: 'string' } } } },
};

export function visitor(path: string, method: string, endpoint: AnyVisitorEndpoint): Json {
  const { body, bodyOptional, answer, status, parameters, failures: more = [] } = endpoint;
  const forms = body && endpoint.fromForm ? content(body, 'application/x-www-form-urlencoded').content : {};
  const leadsOn = endpoint.leadsTo ? { '303': { description: 'A form is led to a page' } } : {};
  return {
    operationId: operationId(method, path),
    summary: endpoint.summary,
    tags: [tagOf(path)],
    security: [],
    ...(parameters ? { parameters: queryParameters(parameters) } : {}),
    ...(body
      ? {
          requestBody: {
            required: !bodyOptional,
            content: { ...(content(body).content as Json), ...(forms as Json) },
          },
        }
      : {}),
    responses: {
      ...(status === 303 ? PAGE : {}),
      [String(status)]: { description: SUCCESS[status], ...(answer ? content(answer) : {}) },
      ...leadsOn,
      ...failures([400, 404, ...(body ? [413, 415, 422] : []), ...more, 500, 503]),
    },
  };
}
