/**
 * The only way into the API. Every route is made here, so that who may, what is taken and how it fails stand in one
 * place, in the contract's order (section 6): 405, 401, 403, 404, 413, 415, 400, 422, 412, 409.
 */
import type { z } from 'zod';
import { DomainError, notFound } from '../domain/errors.ts';
import type { Actor } from '../manage/command.ts';
import type { Services } from '../services.ts';
import { type Asked, Reply } from './asked.ts';
import { assertOrigin, authenticate } from './authenticate.ts';
import {
  type Answer,
  type AnyEndpoint,
  type AnyOpenEndpoint,
  type Call,
  type DeclaredRoute,
  type Endpoint,
  isDeclared,
  isDocument,
  type OpenEndpoint,
  type PublicEndpoint,
  type RouteContext,
  type RouteHandler,
} from './declare.ts';
import { errorBody, HttpError, logFailure, toHttpError } from './errors.ts';
import { once, onceOutside, repeatableOf } from './idempotency.ts';
import { parseInput, readJsonBytes, readUpload } from './input.ts';
import { assertMatch, cacheable, etagOf } from './preconditions.ts';
import { waiting } from './prefer.ts';
import { streamed } from './streamed.ts';

/** Methods that obey `If-Match`; where there is no ETag, only `*` is met. */
const CONDITIONAL = new Set(['PUT', 'PATCH', 'DELETE']);
const JSON_HEADERS = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' };
/** What is public may be read by scripts of any site, its errors too. */
const ANY_SITE = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag, Link, X-Total-Count',
};

/** Declares one management endpoint. */
export function endpoint<Schema extends z.ZodType | undefined = undefined>(
  declared: Endpoint<Schema>,
): DeclaredRoute {
  const any = declared as unknown as AnyEndpoint;
  const route: RouteHandler = (context) => answering(context, () => manage(context, any));
  return Object.assign(route, { declared: { kind: 'management' as const, endpoint: any } });
}

/**
 * Declares an endpoint that asks for no credentials, on the host of PUBLIC_URL alone: those that get one. A request of a
 * browser must come from a page of ours.
 */
export function openEndpoint<Schema extends z.ZodType | undefined = undefined>(
  declared: OpenEndpoint<Schema>,
): DeclaredRoute {
  const any = declared as unknown as AnyOpenEndpoint;
  const route: RouteHandler = (context) =>
    answering(context, async () => {
      assertManagement(context);
      const { locals, request } = context;
      const { services } = locals;
      if (!locals.isOwnHost) throw new HttpError(404, 'Not found.');
      if (request.headers.has('origin')) assertOrigin(request, services.publicUrl);
      const bytes = declared.body ? await readJsonBytes(request, (limit) => locals.readBody(limit)) : null;
      const body = declared.body && bytes ? parseInput(bytes, declared.body) : undefined;
      return any.handle({ context, services, body: body as never });
    });
  return Object.assign(route, { declared: { kind: 'open' as const, endpoint: any } });
}

/** Declares a public endpoint below a page root. */
export function publicEndpoint(declared: PublicEndpoint): DeclaredRoute {
  const route: RouteHandler = (context) =>
    answering(
      context,
      async () => {
        const { services, root, query } = context.locals;
        const page = await services.rootPage(root);
        if (!page) throw new HttpError(404, 'There is no status page here yet.');
        const answer = await declared.handle({ services, page, query: new URLSearchParams(query) });
        return cacheable(context.request, answer);
      },
      ANY_SITE,
    );
  return Object.assign(route, { declared: { kind: 'public' as const, endpoint: declared } });
}

/** The methods of one path; every other one is a 405 that names them. A document that GET reads has an ETag. */
export function resource<Methods extends Record<string, DeclaredRoute>>(
  methods: Methods,
): Methods & { ALL: RouteHandler } {
  const names = Object.keys(methods);
  const allowed = [...(names.includes('GET') ? [...names, 'HEAD'] : names), 'OPTIONS'].join(', ');
  const kinds = new Set(Object.values(methods).map((route) => route.declared.kind));
  const isManagement = kinds.has('management') || kinds.has('open');
  const { GET } = methods;
  if (isDeclared(GET) && isDocument(GET.declared)) {
    for (const route of Object.values(methods)) {
      if (route.declared.kind === 'management') documents.set(route.declared.endpoint, GET.declared.endpoint);
    }
  }
  const ALL: RouteHandler = (context) => {
    // The server sends the head of that answer alone.
    if (context.request.method === 'HEAD' && GET) return GET(context);
    return answering(
      context,
      async () => {
        // What is not there has no methods.
        if (isManagement) assertManagement(context);
        if (context.request.method === 'OPTIONS') return { status: 204, headers: { Allow: allowed } };
        throw new HttpError(405, `This path takes ${allowed}.`, { Allow: allowed });
      },
      kinds.has('public') ? ANY_SITE : {},
    );
  };
  return { ...methods, ALL };
}

/** For each endpoint of a path that is a document: the one that reads it. */
const documents = new WeakMap<AnyEndpoint, AnyEndpoint>();

/**
 * Runs the work of a route; whatever it throws becomes an answer in the contract's form.
 *
 * @param always headers of the answer, however it went
 */
export async function answering(
  context: RouteContext,
  work: () => Promise<Answer>,
  always: Readonly<Record<string, string>> = {},
): Promise<Response | Reply> {
  const { requestId, services } = context.locals;
  const headers: Record<string, string> = { ...JSON_HEADERS, ...always };
  try {
    const answer = await work();
    Object.assign(headers, answer.headers);
    if (answer.revision !== undefined) headers['X-Page-Revision'] = String(answer.revision);
    const status = answer.status ?? 200;
    if (answer.stream) return streamed(answer.stream, status, new Headers(headers));
    if (answer.body !== undefined) return new Reply(`${JSON.stringify(answer.body)}\n`, status, headers);
    const { 'Content-Type': _, ...others } = headers;
    return new Reply(null, status, others);
  } catch (error) {
    const mapped = toHttpError(error, requestId);
    logFailure(services.log, requestId, error, mapped.status);
    return new Reply(errorBody(mapped), mapped.status, { ...headers, ...mapped.headers });
  }
}

function assertManagement({ locals }: RouteContext): void {
  if (locals.root.kind !== 'default') throw new HttpError(404, 'Not found.');
}

async function manage(context: RouteContext, declared: AnyEndpoint): Promise<Answer> {
  const { services, requestId, query } = context.locals;
  assertManagement(context);
  const params = context.params as Record<string, string>;
  const { credential, page: admitted } = await authenticate(
    context,
    declared.page ? (params.page ?? '') : '',
  );
  if (!credential.scopes.has(declared.scope)) {
    throw new HttpError(403, {
      code: 'insufficient_scope',
      message: `This needs the scope ${declared.scope}.`,
      required: [declared.scope],
    });
  }
  const { organizationId, pageIds, name } = credential;
  if (pageIds && declared.mayBePageBound === false)
    throw new HttpError(403, 'You are bound to some pages; this is beyond them.');
  const actor: Actor = { organizationId, pageIds, name, requestId };
  if (declared.page && !admitted) throw notFound('Page');
  const page = admitted ?? { id: '', slug: '' };
  const base = {
    services,
    actor,
    credential,
    page,
    params,
    query: new URLSearchParams(query),
    body: undefined,
    bytes: Buffer.alloc(0),
  };
  const { bytes, body } = await bodyOf(context, declared, base);
  const repeatable =
    context.request.method === 'POST' ? repeatableOf(context.request, credential, bytes) : null;
  const call: Call<undefined> = { ...base, body: body as undefined, bytes };
  const ended = context.request.method === 'GET' ? null : services.beginWrite();
  try {
    const answer = repeatable
      ? await (declared.outside ? onceOutside : once)(services, repeatable, (inside) =>
          declared.handle({ ...call, services: inside } as Call<never>),
        )
      : await matching(context.request, declared, call);
    ended?.();
    return await waiting(context, page, answer);
  } catch (error) {
    ended?.();
    throw error;
  }
}

/**
 * The body, as the schema has it. What the path names is looked for before a bad body is complained of, since 404 goes
 * first; of a good one the verb itself finds out, in its transaction.
 */
async function bodyOf(
  { request, locals }: RouteContext,
  declared: AnyEndpoint,
  call: Call<undefined>,
): Promise<{ bytes: Buffer; body: unknown }> {
  const read = (limit: number) => locals.readBody(limit);
  if (declared.upload) return { bytes: await readUpload(request, read, declared.upload), body: undefined };
  if (!declared.body) return { bytes: Buffer.alloc(0), body: undefined };
  try {
    const bytes = await readJsonBytes(request, read);
    return { bytes, body: parseInput(bytes, declared.body) };
  } catch (error) {
    await declared.find?.(call);
    throw error;
  }
}

/**
 * Runs an endpoint. A write is one transaction with what it answers, and with the comparison of `If-Match`: the answer
 * tells the very state that the write made, and reads it where it lies in memory.
 */
async function matching(request: Asked, declared: AnyEndpoint, call: Call<undefined>): Promise<Answer> {
  const condition = CONDITIONAL.has(request.method) ? request.headers.get('if-match') : null;
  const reader = documents.get(declared);
  if (condition !== null && !reader) assertMatch(condition, null);
  const compares = condition !== null && reader !== undefined;
  const alone = request.method === 'GET' || request.method === 'HEAD' || declared.outside;
  if (alone && !compares) return tagged(await declared.handle(call as Call<never>), reader);
  const compare = async (ahead: Services) =>
    assertMatch(condition!, await documentOf(reader!, declared, { ...call, services: ahead }));
  return call.services.inOneTransaction(
    async (inside) => tagged(await declared.handle({ ...call, services: inside } as Call<never>), reader),
    compares ? compare : undefined,
  );
}

/** What the path names now; null where a PUT is to make it. @throws DomainError not_found */
async function documentOf(
  reader: AnyEndpoint,
  declared: AnyEndpoint,
  call: Call<undefined>,
): Promise<unknown> {
  try {
    return (await reader.handle(call as Call<never>)).body;
  } catch (error) {
    if (!(error instanceof DomainError) || !declared.find) throw error;
    await declared.find(call);
    return null;
  }
}

function tagged(answer: Answer, reader: AnyEndpoint | undefined): Answer {
  if (!reader || answer.body === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, ETag: etagOf(answer.body) } };
}
