import { authenticate } from '../../http/authenticate.ts';
import type { RouteHandler } from '../../http/declare.ts';
import { answering } from '../../http/endpoint.ts';
import { HttpError } from '../../http/errors.ts';
import { openApiDocument } from '../../http/openapi.ts';
import { routes } from './_routes.ts';

/** The public part for everyone, all of it with a key or a session. */
export const GET: RouteHandler = (context) =>
  answering(context, async () => {
    const { services, root, isOwnHost } = context.locals;
    const { headers } = context.request;
    const asked = headers.has('authorization') || headers.has('x-api-key');
    const signedIn = !asked && isOwnHost && (await services.sessions.find(headers.get('cookie'))) !== null;
    const whole = root.kind !== 'domain' && (asked || signedIn);
    if (whole) await authenticate(context, '');
    const page = await services.rootPage(root);
    const snapshot = page && (await services.snapshots.get(page.slug));
    const pageUrl = snapshot?.page.url ?? services.publicUrl;
    const server = { publicUrl: services.publicUrl, pageUrl, version: '1' };
    return { body: openApiDocument(routes, server, whole) };
  });

const ALLOWED = 'GET, HEAD, OPTIONS';

export const ALL: RouteHandler = (context) =>
  context.request.method === 'HEAD'
    ? GET(context)
    : answering(context, async () => {
        if (context.request.method === 'OPTIONS') return { status: 204, headers: { Allow: ALLOWED } };
        throw new HttpError(405, `This path takes ${ALLOWED}.`, { Allow: ALLOWED });
      });
