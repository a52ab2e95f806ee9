/** The operations of the OpenAPI document, made from what routes declare. */
import { z } from 'zod';
import type { Scope } from '../auth/scopes.ts';
import type { AnyEndpoint, AnyOpenEndpoint, Parameter, PublicEndpoint } from './declare.ts';
import type { PublicOperation } from './public-operations.ts';

export type Json = Record<string, unknown>;
/** Where the document holds its schemas. */
export const REF = '#/components/schemas/';

/** What is managed that lies below no page. */
const ABSOLUTE = new Set(['api-keys', 'audit-events', 'pages', 'members', 'invitations', 'session']);

/** The heading below which an operation stands. */
export function tagOf(path: string): string {
  const [first = '', second, third] = path.replace(/^\/(api\/v1\/)?/, '').split('/');
  if (first === 'pages' && second !== undefined && third !== undefined) return third;
  if (ABSOLUTE.has(first)) return first;
  return 'public';
}

export function operationId(method: string, path: string): string {
  const words = path
    .replace(/^\/(api\/v1\/)?/, '')
    .split(/[/{}.\-_]+/)
    .filter((word) => word !== '');
  return method.toLowerCase() + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    description: name === 'page' ? 'Id or slug of the page' : 'Id',
    schema: name === 'page' ? { type: 'string' } : { type: 'string', format: 'uuid' },
  }));
}

export function queryParameters(list: readonly Parameter[]): Json[] {
  return list.map(({ name, description, choices }) => ({
    name,
    in: 'query',
    description,
    schema: { type: 'string', ...(choices ? { enum: [...choices] } : {}) },
  }));
}

function listParameters(list: readonly Parameter[]): Json[] {
  const whole = (maximum: number, fallback: number) => ({
    type: 'integer',
    minimum: 1,
    maximum,
    default: fallback,
  });
  return [
    ...queryParameters(list),
    { name: 'page', in: 'query', description: 'Page number', schema: whole(1_000_000, 1) },
    { name: 'per_page', in: 'query', description: 'Results per page', schema: whole(500, 100) },
  ];
}

/** A schema that has a name is referred to by it. */
function schemaRef(schema: z.ZodType): Json {
  const name = z.globalRegistry.get(schema)?.id;
  if (name) return { $ref: REF + name };
  if (schema instanceof z.ZodArray) return { type: 'array', items: schemaRef(schema.element as z.ZodType) };
  throw new Error('A schema of the API has no name: give it an id by .meta().');
}

/** A body of a schema. */
export function content(schema: z.ZodType | undefined, type = 'application/json'): Json {
  return { content: { [type]: { schema: schema ? schemaRef(schema) : { type: 'string' } } } };
}

const WORDS: Record<number, string> = {
  400: 'Malformed JSON or query',
  401: 'No or bad credentials',
  403: 'Not allowed',
  404: 'Not there, or not yours',
  409: 'Conflict',
  412: 'The resource has changed',
  413: 'The body is too large',
  415: 'The body is not JSON',
  422: 'The body fails its schema',
  429: 'Too many requests',
  500: 'Something went wrong',
  503: 'Not possible at the moment: try again after Retry-After seconds',
};

export function failures(statuses: readonly number[]): Json {
  return Object.fromEntries(
    statuses.map((status) => {
      const schema = status === 422 ? 'ValidationError' : status === 403 ? 'ForbiddenError' : 'Error';
      return [
        String(status),
        { description: WORDS[status], content: { 'application/json': { schema: { $ref: REF + schema } } } },
      ];
    }),
  );
}

/** A header of an answer. */
const said = (description: string, type = 'string') => ({ description, schema: { type } });

const LIST_HEADERS = {
  'X-Total-Count': said('How many there are in all', 'integer'),
  Link: said('Other pages of the list (RFC 8288)'),
};

/** One that a published file answers. */
export function staticOperation({ path, summary, answer, type }: PublicOperation): Json {
  return {
    operationId: operationId('get', path),
    summary,
    tags: [tagOf(path)],
    security: [],
    ...(path.includes('{') ? { parameters: pathParameters(path) } : {}),
    responses: {
      '200': {
        description: 'As published',
        headers: { ETag: said('For conditional requests') },
        ...content(answer, type),
      },
      '304': { description: 'Not changed since the ETag in If-None-Match' },
      ...failures([400, 404]),
    },
  };
}

/** A public list, whose questions the process answers. */
export function publicList(path: string, endpoint: PublicEndpoint): Json {
  return {
    operationId: operationId('get', path),
    summary: endpoint.summary,
    tags: [tagOf(path)],
    security: [],
    parameters: listParameters(endpoint.list ?? []),
    responses: {
      '200': {
        description: 'The list',
        headers: { ...LIST_HEADERS, ETag: said('For conditional requests') },
        ...content(endpoint.answer),
      },
      '304': { description: 'Not changed since the ETag in If-None-Match' },
      ...failures([400, 404, 500, 503]),
    },
  };
}

const header = (name: string, description: string, schema: Json = { type: 'string' }) => ({
  name,
  in: 'header',
  description,
  schema,
});

/**
 * One of the management API.
 *
 * @param isDocument true where GET answers with one resource, which has an ETag
 */
export function management(path: string, method: string, endpoint: AnyEndpoint, isDocument: boolean): Json {
  const writes = method !== 'GET';
  const parameters = [
    ...pathParameters(path),
    ...(endpoint.list ? listParameters(endpoint.list) : queryParameters(endpoint.parameters ?? [])),
    ...(method === 'POST'
      ? [header('Idempotency-Key', 'Repeat the request with the same key and it is done once (24 h)')]
      : []),
    ...(writes && isDocument ? [header('If-Match', 'ETag of the resource as you know it')] : []),
    ...(writes && endpoint.page
      ? [header('Prefer', 'wait=5 answers when readers can see the write, at most 30 s')]
      : []),
  ];
  const bodied = endpoint.body !== undefined || endpoint.upload !== undefined;
  const statuses = [
    400,
    401,
    403,
    ...(path.includes('{') ? [404] : []),
    ...(writes ? [409] : []),
    ...(writes && method !== 'POST' ? [412] : []),
    ...(bodied ? [413, 415, 422] : []),
    500,
    503,
  ];
  const headers = {
    ...(endpoint.list ? LIST_HEADERS : {}),
    ...(isDocument && endpoint.answer ? { ETag: said('For If-Match') } : {}),
    ...(writes && endpoint.page
      ? { 'X-Page-Revision': said('Revision of the page after the write', 'integer') }
      : {}),
    ...(method === 'POST' ? { 'Idempotent-Replayed': said('true when this was done before') } : {}),
  };
  const answers = endpoint.answer !== undefined || endpoint.answerType !== undefined;
  const status = method === 'POST' ? '201' : answers ? '200' : '204';
  return {
    operationId: operationId(method, path),
    summary: endpoint.summary,
    description: `Needs the scope \`${endpoint.scope satisfies Scope}\`.`,
    tags: [tagOf(path)],
    security: [{ bearer: [] }, { apiKey: [] }, { session: [] }],
    'x-scope': endpoint.scope,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(bodied ? { requestBody: { required: true, ...content(endpoint.body, endpoint.upload?.type) } } : {}),
    responses: {
      [status]: {
        description: status === '204' ? 'Done' : status === '201' ? 'Made' : 'As it is now',
        ...(Object.keys(headers).length > 0 ? { headers } : {}),
        ...(answers ? content(endpoint.answer, endpoint.answerType) : {}),
      },
      ...failures(statuses),
    },
  };
}

/** One that asks for no credentials. */
export function open(path: string, method: string, endpoint: AnyOpenEndpoint): Json {
  return {
    operationId: operationId(method, path),
    summary: endpoint.summary,
    tags: [tagOf(path)],
    security: [],
    ...(endpoint.body ? { requestBody: { required: true, ...content(endpoint.body) } } : {}),
    responses: {
      [endpoint.answer ? '200' : '204']: {
        description: 'Done',
        ...(endpoint.answer ? content(endpoint.answer) : {}),
      },
      ...failures([400, 403, ...(endpoint.body ? [413, 415, 422] : []), ...endpoint.statuses, 500, 503]),
    },
  };
}

/** The document that tells of the others, and of itself. */
export function itself(whole: boolean): Json {
  return {
    operationId: 'getOpenapi',
    summary: 'Read this document',
    description: 'Without a key the public part, with any valid key all of it.',
    tags: ['public'],
    security: whole ? [{}, { bearer: [] }, { apiKey: [] }, { session: [] }] : [],
    responses: {
      '200': {
        description: 'An OpenAPI 3.1 document',
        content: { 'application/json': { schema: { type: 'object' } } },
      },
      ...failures(whole ? [400, 401, 500] : [400, 500]),
    },
  };
}
