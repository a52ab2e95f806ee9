/**
 * What stands before and around every page of the console (contract, sections 1, 2 and 5). What holds here:
 *
 * 1. A page below `/console` is reached by somebody who is signed in, but for those in `OPEN`: a page that forgets to
 *    ask still shows nothing to strangers.
 * 2. Whatever is posted comes from a page of ours, checked in this one place.
 * 3. Scripts and styles carry a nonce that is new with every answer; nothing else runs.
 * 4. What a page throws becomes a page that says so; an unknown error says nothing but its request id.
 */
import { randomBytes } from 'node:crypto';
import type { APIContext } from 'astro';
import type { Scope } from '../auth/scopes.ts';
import type { SignedIn } from '../auth/session.ts';
import type { Actor } from '../manage/command.ts';
import type { Services } from '../services.ts';
import { assertOrigin } from './authenticate.ts';
import { HttpError, logFailure, toHttpError } from './errors.ts';
import { flashOf, takenFlash } from './flash.ts';

/** What those may open who are not signed in, as Astro names the routes. */
const OPEN = new Set(['/console/sign-in', '/console/invitation', '/console/password', '/console/error']);
const METHODS = ['GET', 'HEAD', 'POST'];

/** `Astro.locals.console`. */
export interface ConsoleVisit {
  signedIn: SignedIn | null;
  /** For each `<style>` and `<script>`; the layout writes them. */
  nonce: string;
  /** What the page before wanted to be said here. */
  flash: string | null;
  /** What the page for errors says. */
  error: { status: number; text: string } | null;
  /** What was sent when the session was over, and where to. */
  interrupted: { to: string; fields: [name: string, value: string][] } | null;
}

/** Whoever is at a page of the console, and what they may. */
export interface ConsoleUser extends SignedIn {
  services: Services;
  /** For the verbs of `src/manage`. */
  actor: Actor;
  may(scope: Scope): boolean;
  /** @throws HttpError 403 without this scope */
  demand(scope: Scope): void;
}

type Context = Pick<APIContext, 'locals' | 'request'>;

/**
 * The first line of every page of the console: who is there.
 *
 * @param scope what they must be allowed to, to see the page at all
 * @throws HttpError 403 when their role does not bring it; the page for errors follows
 */
export function requireUser({ locals }: Context, scope?: Scope): ConsoleUser {
  const signedIn = locals.console?.signedIn;
  if (!signedIn) throw new HttpError(401, 'You are not signed in.');
  const { credential, user } = signedIn;
  const demand = (one: Scope) => {
    if (!credential.scopes.has(one))
      throw new HttpError(
        403,
        `Your role, ${user.role}, does not let you do this. Ask an owner or an admin.`,
      );
  };
  if (scope !== undefined) demand(scope);
  const { organizationId, name, pageIds } = credential;
  return {
    ...signedIn,
    services: locals.services,
    actor: { organizationId, name, pageIds, requestId: locals.requestId },
    may: (one) => credential.scopes.has(one),
    demand,
  };
}

/** Runs a page of the console. To be called by the middleware. */
export async function serveConsole(
  context: APIContext,
  next: (rewriteTo?: string) => Promise<Response>,
): Promise<Response> {
  const { locals, request } = context;
  const nonce = randomBytes(16).toString('base64url');
  const visit: ConsoleVisit = { signedIn: null, nonce, flash: null, error: null, interrupted: null };
  locals.console = visit;
  try {
    return dressed(await answer(context, visit, next), visit);
  } catch (error) {
    const { status, detail, headers } = toHttpError(error, locals.requestId);
    logFailure(locals.services.log, locals.requestId, error, status);
    visit.error = { status, text: textOf(detail) };
    const page = await next('/console/error/');
    const response = new Response(request.method === 'HEAD' ? null : page.body, {
      status,
      headers: page.headers,
    });
    for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
    return dressed(response, visit);
  }
}

async function answer(
  context: APIContext,
  visit: ConsoleVisit,
  next: (rewriteTo?: string) => Promise<Response>,
): Promise<Response> {
  const { locals, request } = context;
  const { services } = locals;
  if (!locals.isOwnHost || locals.root.kind !== 'default') throw new HttpError(404, 'Not found.');
  if (!METHODS.includes(request.method)) {
    throw new HttpError(405, 'This method is not supported.', { Allow: METHODS.join(', ') });
  }
  assertOrigin(request, services.publicUrl);
  const cookies = request.headers.get('cookie');
  visit.signedIn = await services.sessions.find(cookies);
  visit.flash = flashOf(services.secrets, cookies);
  if (visit.signedIn || OPEN.has(context.routePattern.replace(/\/$/, ''))) return next();
  const to = new URL(request.url).pathname + (locals.query === '' ? '' : `?${locals.query}`);
  if (request.method !== 'POST') return redirectTo(`/console/sign-in/?${new URLSearchParams({ to })}`);
  // What was typed is carried through the sign-in.
  const fields = [...(await readFields(context))].filter((entry): entry is [string, string] => {
    return typeof entry[1] === 'string';
  });
  visit.interrupted = { to, fields };
  const page = await next('/console/sign-in/');
  return new Response(page.body, { status: 401, headers: page.headers });
}

function redirectTo(location: string): Response {
  return new Response(null, { status: 303, headers: { Location: location } });
}

const FORM_BYTES = 256 * 1024;

/** The fields of the form that was sent. @throws HttpError 413, 415 */
export async function readFields({ locals, request }: Context, limit = FORM_BYTES): Promise<FormData> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)) {
    throw new HttpError(415, 'Send the form as a browser does.');
  }
  const bytes = await locals.readBody(limit);
  try {
    return await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  } catch {
    throw new HttpError(400, 'The form is malformed.');
  }
}

/** With the headers that every answer of the console carries. */
function dressed(response: Response, { nonce, flash }: ConsoleVisit): Response {
  const { headers } = response;
  headers.set('Cache-Control', 'no-store');
  if (headers.get('Content-Type') === 'text/html') headers.set('Content-Type', 'text/html; charset=utf-8');
  if (!headers.has('Content-Security-Policy')) {
    headers.set(
      'Content-Security-Policy',
      [
        "default-src 'none'",
        `style-src 'nonce-${nonce}'`,
        `script-src 'nonce-${nonce}'`,
        "img-src 'self' data:",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
    );
  }
  if (flash !== null) headers.append('Set-Cookie', takenFlash());
  return response;
}

function textOf(detail: unknown): string {
  if (typeof detail === 'string') return detail;
  const [first] = Array.isArray(detail) ? (detail as { msg?: string }[]) : [];
  return first?.msg ?? 'This could not be done.';
}

/**
 * Where somebody wanted to go, as a path of this host; else the console's first page. What a browser would read as
 * another host's address is not one.
 */
export function safePath(wanted: string | null | undefined, publicUrl: string): string {
  const first = '/console/';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: browsers drop them, and what is left may be another host.
  if (!wanted?.startsWith('/') || /[\u0000-\u0020\\]/.test(wanted)) return first;
  const url = URL.canParse(wanted, publicUrl) ? new URL(wanted, publicUrl) : null;
  if (!url || url.origin !== publicUrl || url.pathname.startsWith('//')) return first;
  return url.pathname + url.search;
}
