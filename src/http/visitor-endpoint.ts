/**
 * What a visitor of a page does without an account: sign up, verify, change, leave. No key and no cookie is read, so it
 * takes the form of another site, and of a mail provider without Origin (RFC 8058).
 */
import type { z } from 'zod';
import { LANGUAGES } from '../domain/languages.ts';
import { wholeAnswer } from './asked.ts';
import { limitKey } from './client-address.ts';
import type {
  AnyVisitorEndpoint,
  DeclaredRoute,
  PageRef,
  RouteContext,
  RouteHandler,
  VisitorEndpoint,
} from './declare.ts';
import { answering } from './endpoint.ts';
import { HttpError } from './errors.ts';
import { checkInput, isForm, parseInput, readForm, readJsonBytes } from './input.ts';

/** Declares one endpoint for visitors, below a page root. */
export function visitorEndpoint<Schema extends z.ZodType | undefined = undefined>(
  declared: VisitorEndpoint<Schema>,
): DeclaredRoute {
  const endpoint = declared as unknown as AnyVisitorEndpoint;
  const route: RouteHandler = async (context) => {
    const { services, query } = context.locals;
    let page: PageRef | null = null;
    const response = await answering(context, async () => {
      page = await visitedPage(context);
      const body = await bodyOf(context, endpoint);
      return endpoint.handle({
        ...{ services, page, query: new URLSearchParams(query), body: body as never },
        client: limitKey(context.clientAddress),
      });
    });
    return page && endpoint.leadsTo && isForm(context.request)
      ? ledOn(context, page, endpoint.leadsTo, wholeAnswer(response))
      : response;
  };
  return Object.assign(route, { declared: { kind: 'visitor' as const, endpoint } });
}

/** The page whose root this is below, also by a slug that it left. @throws HttpError 404 */
export async function visitedPage({ locals }: RouteContext): Promise<PageRef> {
  const page = await locals.services.rootPage(locals.root);
  if (!page) throw new HttpError(404, 'There is no status page here yet.');
  return page;
}

/** @throws HttpError 413, 415, 400, 422, in that order */
async function bodyOf({ request, locals }: RouteContext, declared: AnyVisitorEndpoint): Promise<unknown> {
  const { body: schema, fromForm, bodyOptional } = declared;
  if (!schema) return undefined;
  const read = (limit: number) => locals.readBody(limit);
  const form = fromForm ? await readForm(request, read) : null;
  if (form) return checkInput(fromForm?.(form), schema);
  if (bodyOptional && !request.headers.has('content-type')) return checkInput({}, schema);
  return parseInput(await readJsonBytes(request, read), schema);
}

/** A browser that has sent a form is shown a page below the root that it posted to. */
function ledOn(
  { locals }: RouteContext,
  { slug }: PageRef,
  { done, failed }: { done: string; failed: string },
  response: Response,
): Response {
  const asked = new URLSearchParams(locals.query).get('language');
  const language = LANGUAGES.some((one) => one === asked) ? `${asked}/` : '';
  const root = (locals.root.kind === 'slug' ? `/p/${slug}/` : '/') + language;
  const headers = new Headers({
    Location: root + (response.ok ? done : failed),
    'Cache-Control': 'no-store',
  });
  const wait = response.headers.get('retry-after');
  if (wait) headers.set('Retry-After', wait);
  return new Response(null, { status: 303, headers });
}
