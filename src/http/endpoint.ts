/**
 * The only way into the API. Every route is made here, so that who may, what is taken and how it fails stand in one
 * place, in the contract's order (section 6): 405, 401, 403, 404, 413, 415, 400, 422, 412, 409.
 */
import type { APIContext, APIRoute } from 'astro';
import type { z } from 'zod';
import type { Admission, Credential } from '../auth/api-keys.ts';
import type { Scope } from '../auth/scopes.ts';
import { type Issue, notFound } from '../domain/errors.ts';
import type { Actor } from '../manage/command.ts';
import type { Services } from '../services.ts';
import { parseJson } from './body.ts';
import { errorBody, HttpError, toHttpError, validationError } from './errors.ts';

const JSON_BODY_BYTES = 256 * 1024;
const LONGEST_WAIT_S = 30;

export interface PageRef {
  id: string;
  slug: string;
}

export interface Call<Body> {
  services: Services;
  /** Whoever asks; of public endpoints nobody. */
  actor: Actor;
  credential: Credential;
  /** The page in the path, already found to be the actor's. Empty where the path has none. */
  page: PageRef;
  params: Record<string, string>;
  query: URLSearchParams;
  body: Body;
}

export interface Answer {
  status?: number;
  /** Absent with 204. */
  body?: unknown;
  /** The page's revision after a write below it. */
  revision?: number;
  headers?: Record<string, string>;
  /** The page that `revision` is of, where the path names none. */
  pageId?: string;
}

export interface Endpoint<Schema extends z.ZodType | undefined> {
  scope: Scope;
  /** False of what a key that is bound to some pages must not do. */
  mayBePageBound?: boolean;
  /** True of everything below `/pages/{page}/`. */
  page?: boolean;
  body?: Schema;
  /** Says whether what the path names is there, when the body is bad. @throws DomainError not_found */
  find?(call: Call<undefined>): Promise<unknown>;
  handle(call: Call<Schema extends z.ZodType ? z.output<Schema> : undefined>): Promise<Answer>;
}

/** Declares one management endpoint. */
export function endpoint<Schema extends z.ZodType | undefined = undefined>(
  declared: Endpoint<Schema>,
): APIRoute {
  return (context) => answering(context, () => manage(context, declared));
}

/** Declares a public endpoint below a page root. `page` is the root's, null where the root has no page. */
export function publicEndpoint(
  handle: (call: { services: Services; page: PageRef; query: URLSearchParams }) => Promise<Answer>,
): APIRoute {
  return (context) =>
    answering(context, async () => {
      const { services, root, query } = context.locals;
      const page = await services.rootPage(root);
      if (!page) throw new HttpError(404, 'There is no status page here yet.');
      const answer = await handle({ services, page, query: new URLSearchParams(query) });
      return {
        ...answer,
        headers: {
          ...answer.headers,
          'Cache-Control': 'public, max-age=10',
          'Access-Control-Allow-Origin': '*',
          'Access-Control-Expose-Headers': 'ETag, Link, X-Total-Count',
        },
      };
    });
}

/** The methods of one path; every other one is a 405 that names them. */
export function resource<Methods extends Record<string, APIRoute>>(
  methods: Methods,
  where: 'management' | 'page' = 'management',
): Methods & { ALL: APIRoute } {
  const names = Object.keys(methods);
  const allowed = [...(names.includes('GET') ? [...names, 'HEAD'] : names), 'OPTIONS'].join(', ');
  const ALL: APIRoute = (context) => {
    // The server sends the head of that answer alone.
    if (context.request.method === 'HEAD' && methods.GET) return methods.GET(context);
    return answering(context, async () => {
      // What is not there has no methods.
      if (where === 'management') assertManagement(context);
      if (context.request.method === 'OPTIONS') return { status: 204, headers: { Allow: allowed } };
      throw new HttpError(405, `This path takes ${allowed}.`, { Allow: allowed });
    });
  };
  return { ...methods, ALL };
}

async function answering(context: APIContext, work: () => Promise<Answer>): Promise<Response> {
  const { requestId, services } = context.locals;
  const headers = new Headers({
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
  });
  try {
    const answer = await work();
    for (const [name, value] of Object.entries(answer.headers ?? {})) headers.set(name, value);
    if (answer.revision !== undefined) headers.set('X-Page-Revision', String(answer.revision));
    const status = answer.status ?? 200;
    if (answer.body === undefined) headers.delete('Content-Type');
    return new Response(answer.body === undefined ? null : `${JSON.stringify(answer.body)}\n`, {
      status,
      headers,
    });
  } catch (error) {
    const mapped = toHttpError(error, requestId);
    if (mapped.status >= 500)
      services.log.error(
        { request: requestId, error: error instanceof Error ? error.stack : String(error) },
        'request failed',
      );
    for (const [name, value] of Object.entries(mapped.headers)) headers.set(name, value);
    return new Response(errorBody(mapped), { status: mapped.status, headers });
  }
}

function assertManagement({ locals }: APIContext): void {
  if (locals.root.kind !== 'default') throw new HttpError(404, 'Not found.');
}

async function manage<Schema extends z.ZodType | undefined>(
  context: APIContext,
  declared: Endpoint<Schema>,
): Promise<Answer> {
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
  const { organizationId, pageIds, keyId } = credential;
  if (pageIds && declared.mayBePageBound === false)
    throw new HttpError(403, 'This key is bound to some pages; that is beyond them.');
  const actor: Actor = { organizationId, pageIds, name: `key:${keyId}`, requestId };
  if (declared.page && !admitted) throw notFound('Page');
  const page = admitted ?? { id: '', slug: '' };
  const call = {
    services,
    actor,
    credential,
    page,
    params,
    query: new URLSearchParams(query),
    body: undefined,
  };
  const body = declared.body
    ? await parseBody(context, declared.body, () => declared.find?.(call))
    : undefined;
  const answer = await declared.handle({ ...call, body: body as never });
  return waiting(context, page, answer);
}

async function authenticate({ request, locals }: APIContext, pageRef: string): Promise<Admission> {
  const refuse = (detail: string) =>
    new HttpError(401, detail, { 'WWW-Authenticate': 'Bearer realm="daymark"' });
  const authorization = request.headers.get('authorization');
  const bearer = authorization === null ? null : (/^bearer +([^\s]+) *$/i.exec(authorization)?.[1] ?? '');
  const header = request.headers.get('x-api-key');
  if (bearer !== null && header !== null && bearer !== header) {
    throw new HttpError(400, 'Authorization and X-API-Key hold different keys. Send one of them.');
  }
  const key = bearer ?? header;
  if (key === null)
    throw refuse('An API key is needed: send it as "Authorization: Bearer sk_live_…" or as X-API-Key.');
  const admission = await locals.services.admit(key, pageRef);
  if (!admission) throw refuse('The API key is not valid.');
  return admission;
}

/**
 * The body, as the schema has it. What the path names is looked for (`find`) before a bad body is complained of, since
 * 404 goes first; of a good one the verb itself finds out, in its transaction.
 */
async function parseBody(
  context: APIContext,
  schema: z.ZodType,
  find: () => Promise<unknown> | undefined,
): Promise<unknown> {
  try {
    return await readAndParse(context, schema);
  } catch (error) {
    await find();
    throw error;
  }
}

async function readAndParse(context: APIContext, schema: z.ZodType): Promise<unknown> {
  const bytes = await context.locals.readBody(JSON_BODY_BYTES);
  const type = context.request.headers.get('content-type') ?? '';
  if (!/^application\/json *(; *charset="?utf-8"? *)?$/i.test(type.trim())) {
    throw new HttpError(415, 'Send the body as Content-Type: application/json.');
  }
  const parsed = schema.safeParse(parseJson(bytes), { reportInput: true });
  if (parsed.success) return parsed.data;
  throw validationError(parsed.error.issues.flatMap(issuesOf));
}

function issuesOf(issue: z.core.$ZodIssue): Issue[] {
  const loc = ['body', ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      loc: [...loc, key],
      msg: 'There is no such field.',
      type: 'extra_forbidden',
    }));
  }
  const missing = issue.code === 'invalid_type' && issue.input === undefined;
  return [
    { loc, msg: missing ? 'This field is required.' : issue.message, type: missing ? 'missing' : issue.code },
  ];
}

/** `Prefer: wait=n` (RFC 7240): the answer comes when readers can see the write, or when the time is up. */
async function waiting({ request, locals }: APIContext, page: PageRef, answer: Answer): Promise<Answer> {
  const wanted = /(?:^|,)\s*wait\s*=\s*"?(\d{1,4})"?\s*(?:[;,]|$)/i.exec(
    request.headers.get('prefer') ?? '',
  )?.[1];
  const pageId = answer.pageId ?? page.id;
  if (wanted === undefined || answer.revision === undefined || pageId === '') return answer;
  const seconds = Math.min(Number(wanted), LONGEST_WAIT_S);
  const published = await locals.services.published(pageId, answer.revision, seconds * 1000);
  return published ? { ...answer, headers: { ...answer.headers, 'Preference-Applied': 'wait' } } : answer;
}
