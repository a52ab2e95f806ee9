/** The OpenAPI 3.1 document, made from what the routes declare and the schemas that they parse with. */
import { z } from 'zod';
import { type Declared, isDeclared, isDocument } from './declare.ts';
import {
  itself,
  type Json,
  management,
  open,
  publicList,
  REF,
  staticOperation,
  tagOf,
} from './openapi-operations.ts';
import { visitor } from './openapi-visitor.ts';
import { webhookOperations } from './openapi-webhooks.ts';
import { PUBLIC_OPERATIONS } from './public-operations.ts';
import { OPERATION_WORDS, withWords } from './schema-words.ts';

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
        throw new Error(
          `${method} ${path} declares nothing: make it by endpoint(), publicEndpoint() or visitorEndpoint().`,
        );
      return { path, method, declared: route.declared };
    });
  });
}

/** The paths whose GET answers with one resource, which has an ETag. */
function documentPaths(routes: Route[]): Set<string> {
  const reads = ({ method, declared }: Route) => method === 'GET' && isDocument(declared);
  return new Set(routes.filter(reads).map(({ path }) => path));
}

/** @param whole false for everyone: the public part alone */
export function openApiDocument(
  routes: Route[],
  server: { publicUrl: string; pageUrl: string; version: string },
  whole: boolean,
): Json {
  const paths: Record<string, Json> = {};
  const add = (path: string, method: string, operation: Json, extra: Json = {}) => {
    const description = OPERATION_WORDS[String(operation.operationId)];
    const told = description ? { ...operation, description } : operation;
    paths[path] = { ...paths[path], ...extra, [method.toLowerCase()]: told };
  };
  const documents = documentPaths(routes);
  const below = { servers: [{ url: server.pageUrl, description: 'A page' }] };
  for (const operation of PUBLIC_OPERATIONS) add(operation.path, 'GET', staticOperation(operation), below);
  for (const { path, method, declared } of routes) {
    if (declared.kind === 'public') add(path, method, publicList(path, declared.endpoint), below);
    else if (declared.kind === 'open') {
      if (whole) add(path, method, open(path, method, declared.endpoint));
    } else if (declared.kind === 'visitor')
      add(path, method, visitor(path, method, declared.endpoint), below);
    else if (whole) add(path, method, management(path, method, declared.endpoint, documents.has(path)));
  }
  add('/api/openapi.json', 'GET', itself(whole));
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'Status Page API',
      version: server.version,
      description: whole
        ? 'Public endpoints are plain files below a page. Management endpoints need an API key or a session.'
        : 'Public endpoints are plain files below a page. Send an API key to see the management endpoints too.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: server.publicUrl, description: 'This installation' }],
    tags: tagsOf(paths),
    ...(whole ? { webhooks: webhookOperations() } : {}),
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      schemas: {},
      ...(whole
        ? {
            securitySchemes: {
              bearer: { type: 'http', scheme: 'bearer', description: 'Authorization: Bearer sk_live_…' },
              apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
              session: {
                type: 'apiKey',
                in: 'cookie',
                name: server.publicUrl.startsWith('https:') ? '__Host-daymark_session' : 'daymark_session',
                description: `Of somebody who is signed in; methods other than GET need Origin: ${server.publicUrl}`,
              },
            },
          }
        : {}),
    },
  };
  document.components.schemas = schemasOnce(routes, whole, document);
  return document;
}

function tagsOf(paths: Record<string, Json>): Json[] {
  const names = new Set(Object.keys(paths).map(tagOf));
  return [...names].sort().map((name) => ({
    name,
    description: name === 'public' ? 'What everyone can read and do' : `Manage ${name}`,
  }));
}

/** Of each list of routes: the schemas of everyone's document, and of the whole one. Neither depends on a server. */
const schemas = new WeakMap<Route[], Partial<Record<'public' | 'whole', Json>>>();

/** Everyone may ask for the document, and these take most of the work that it is. */
function schemasOnce(routes: Route[], whole: boolean, document: Json): Json {
  const kept = schemas.get(routes) ?? {};
  schemas.set(routes, kept);
  const name = whole ? 'whole' : 'public';
  kept[name] ??= schemasFor(document);
  return kept[name];
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
      wanted[name] = withWords(name, schema);
      visit(schema);
    }
  };
  visit(document);
  return Object.fromEntries(Object.entries(wanted).sort(([a], [b]) => (a < b ? -1 : 1)));
}
