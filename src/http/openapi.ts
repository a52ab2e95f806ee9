/** The OpenAPI 3.1 document, made from what the routes declare and the schemas that they parse with. */
import { z } from 'zod';
import type { Scope } from '../auth/scopes.ts';
import {
  type AnyEndpoint,
  type Declared,
  isDeclared,
  type Parameter,
  type PublicEndpoint,
} from './declare.ts';
import { PUBLIC_OPERATIONS, type PublicOperation } from './public-operations.ts';

type Json = Record<string, unknown>;
const REF = '#/components/schemas/';
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Route modules by their file name below `src/pages`, as `import.meta.glob` has them. */
export type RouteModules = Record<string, Record<string, unknown>>;

export interface Route {
  /** As OpenAPI writes it: `/api/v1/pages/{page}`. */
  path: string;
  method: string;
  declared: Declared;
}

/** All routes that the modules declare. @throws Error for a method that declares nothing: the build must not hold it */
export function routesOf(modules: RouteModules): Route[] {
  return Object.entries(modules).flatMap(([file, module]) => {
    const path = `/api/${file.replace(/^\.\//, '')}`
      .replace(/(\/index)?\.ts$/, '')
      .replace(/\[(\w+)\]/g, '{$1}');
    return METHODS.filter((method) => method in module).map((method) => {
      const route = module[method];
      if (!isDeclared(route))
        throw new Error(`${method} ${path} declares nothing: make it by endpoint() or publicEndpoint().`);
      return { path, method, declared: route.declared };
    });
  });
}

/** @param whole false for everyone: the public part alone */
export function openApiDocument(
  routes: Route[],
  server: { publicUrl: string; pageUrl: string; version: string },
  whole: boolean,
): Json {
  const paths: Record<string, Json> = {};
  const add = (path: string, method: string, operation: Json, extra: Json = {}) => {
    paths[path] = { ...paths[path], ...extra, [method.toLowerCase()]: operation };
  };
  const below = { servers: [{ url: server.pageUrl, description: 'A page' }] };
  for (const operation of PUBLIC_OPERATIONS) add(operation.path, 'GET', staticOperation(operation), below);
  for (const { path, method, declared } of routes) {
    if (declared.kind === 'public') add(path, method, publicList(path, declared.endpoint), below);
    else if (whole) add(path, method, management(path, method, declared.endpoint));
  }
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'Status Page API',
      version: server.version,
      description: whole
        ? 'Public endpoints are plain files below a page. Management endpoints need an API key.'
        : 'Public endpoints are plain files below a page. Send an API key to see the management endpoints too.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: server.publicUrl, description: 'This installation' }],
    tags: tagsOf(paths),
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      schemas: {},
      ...(whole
        ? {
            securitySchemes: {
              bearer: { type: 'http', scheme: 'bearer', description: 'Authorization: Bearer sk_live_…' },
              apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
            },
          }
        : {}),
    },
  };
  document.components.schemas = schemasFor(document);
  return document;
}

function tagOf(path: string): string {
  const [first = '', second, third] = path.replace(/^\/(api\/v1\/)?/, '').split('/');
  if (first === 'pages' && second !== undefined && third !== undefined) return third;
  if (first === 'api-keys' || first === 'audit-events' || first === 'pages') return first;
  return 'public';
}

function tagsOf(paths: Record<string, Json>): Json[] {
  const names = new Set(Object.keys(paths).map(tagOf));
  return [...names]
    .sort()
    .map((name) => ({ name, description: name === 'public' ? 'What everyone can read' : `Manage ${name}` }));
}

function operationId(method: string, path: string): string {
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

function listParameters(list: readonly Parameter[]): Json[] {
  const whole = (maximum: number, fallback: number) => ({
    type: 'integer',
    minimum: 1,
    maximum,
    default: fallback,
  });
  return [
    ...list.map(({ name, description, choices }) => ({
      name,
      in: 'query',
      description,
      schema: { type: 'string', ...(choices ? { enum: [...choices] } : {}) },
    })),
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

function content(schema: z.ZodType | undefined, type = 'application/json'): Json {
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
};

function failures(statuses: readonly number[]): Json {
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

const LIST_HEADERS = {
  'X-Total-Count': { description: 'How many there are in all', schema: { type: 'integer' } },
  Link: { description: 'Other pages of the list (RFC 8288)', schema: { type: 'string' } },
};

function staticOperation({ path, summary, answer, type }: PublicOperation): Json {
  return {
    operationId: operationId('get', path),
    summary,
    tags: [tagOf(path)],
    security: [],
    ...(path.includes('{') ? { parameters: pathParameters(path) } : {}),
    responses: {
      '200': {
        description: 'As published',
        headers: { ETag: { description: 'For conditional requests', schema: { type: 'string' } } },
        ...content(answer, type),
      },
      '304': { description: 'Not changed since the ETag in If-None-Match' },
      ...failures([400, 404]),
    },
  };
}

function publicList(path: string, endpoint: PublicEndpoint): Json {
  return {
    operationId: operationId('get', path),
    summary: endpoint.summary,
    tags: [tagOf(path)],
    security: [],
    parameters: listParameters(endpoint.list ?? []),
    responses: {
      '200': { description: 'The list', headers: LIST_HEADERS, ...content(endpoint.answer) },
      ...failures([400, 404, 500]),
    },
  };
}

const header = (name: string, description: string, schema: Json = { type: 'string' }) => ({
  name,
  in: 'header',
  description,
  schema,
});

function management(path: string, method: string, endpoint: AnyEndpoint): Json {
  const writes = method !== 'GET';
  const parameters = [
    ...pathParameters(path),
    ...(endpoint.list ? listParameters(endpoint.list) : []),
    ...(method === 'POST'
      ? [header('Idempotency-Key', 'Repeat the request with the same key and it is done once (24 h)')]
      : []),
    ...(writes && method !== 'POST' ? [header('If-Match', 'ETag of the resource as you know it')] : []),
    ...(writes && endpoint.page
      ? [header('Prefer', 'wait=5 answers when readers can see the write, at most 30 s')]
      : []),
  ];
  const bodied = endpoint.body !== undefined;
  const statuses = [
    400,
    401,
    403,
    ...(path.includes('{') ? [404] : []),
    ...(writes ? [409] : []),
    ...(writes && method !== 'POST' ? [412] : []),
    ...(bodied ? [413, 415, 422] : []),
    500,
  ];
  const revision = {
    'X-Page-Revision': { description: 'The page’s revision after the write', schema: { type: 'integer' } },
  };
  const status = method === 'POST' ? '201' : endpoint.answer ? '200' : '204';
  return {
    operationId: operationId(method, path),
    summary: endpoint.summary,
    description: `Needs the scope \`${endpoint.scope satisfies Scope}\`.`,
    tags: [tagOf(path)],
    security: [{ bearer: [] }, { apiKey: [] }],
    'x-scope': endpoint.scope,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(bodied ? { requestBody: { required: true, ...content(endpoint.body) } } : {}),
    responses: {
      [status]: {
        description: status === '204' ? 'Done' : status === '201' ? 'Made' : 'As it is now',
        ...(endpoint.list ? { headers: LIST_HEADERS } : writes && endpoint.page ? { headers: revision } : {}),
        ...(endpoint.answer ? content(endpoint.answer) : {}),
      },
      ...failures(statuses),
    },
  };
}

/** The named schemas that a document refers to, directly or through others. */
function schemasFor(document: Json): Json {
  const uri = (name: string) => REF + name;
  const inputs = z.toJSONSchema(z.globalRegistry, { uri, io: 'input' }).schemas as Record<string, Json>;
  const outputs = z.toJSONSchema(z.globalRegistry, { uri, io: 'output' }).schemas as Record<string, Json>;
  const isInput = (name: string) => /(Create|Patch|Put|Statuses|Order)$/.test(name);
  const wanted: Record<string, Json> = {};
  const visit = (value: unknown): void => {
    for (const [, name] of JSON.stringify(value).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) {
      if (!name || wanted[name]) continue;
      const found = (isInput(name) ? inputs : outputs)[name];
      if (!found) throw new Error(`There is no schema ${name}.`);
      const { $schema, $id, id, ...schema } = found;
      wanted[name] = schema;
      visit(schema);
    }
  };
  visit(document);
  return Object.fromEntries(Object.entries(wanted).sort(([a], [b]) => (a < b ? -1 : 1)));
}
