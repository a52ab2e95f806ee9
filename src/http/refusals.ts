/** What is answered where no file and no route answers: in JSON to programs and below `/api/`, else as a page. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Services } from '../services.ts';
import { requestIdOf } from './access-log.ts';
import { drain } from './body.ts';
import { errorBody, HttpError, logFailure, toHttpError } from './errors.ts';
import type { Route } from './site-routes.ts';
import { policyIn } from './static-answer.ts';
import { parseTarget, type RequestTarget } from './target.ts';

/** @param target null when the request had none that makes sense */
export function refuseRequest(
  req: IncomingMessage,
  res: ServerResponse,
  target: RequestTarget | null,
  error: HttpError,
): void {
  const asHtml = target !== null && !target.path.includes('/api/') && !wantsJson(req);
  const body = Buffer.from(asHtml ? plainPage(error) : errorBody(error));
  res.writeHead(error.status, {
    'Content-Type': asHtml ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
    'Content-Length': String(body.length),
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    ...error.headers,
  });
  res.end(req.method === 'HEAD' ? undefined : body);
  drain(req);
}

function plainPage(error: HttpError): string {
  const title = `${error.status} ${STATUS_CODES[error.status] ?? ''}`.trim();
  const text = String(error.detail).replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${title}</title><main><h1>${title}</h1><p>${text}</p></main></html>\n`;
}

/** Of an error that nobody expected only the id of the request gets out. */
export function fail(services: Services, req: IncomingMessage, res: ServerResponse, error: unknown): void {
  const requestId = requestIdOf(res);
  const mapped = toHttpError(error, requestId);
  logFailure(services.log, requestId, error, mapped.status);
  if (res.headersSent) {
    res.destroy();
    return;
  }
  refuseRequest(req, res, parseTarget(req.url ?? ''), mapped);
}

/** What is published is only read; OPTIONS is told so. */
export function refuseMethod(req: IncomingMessage, res: ServerResponse, target: RequestTarget): void {
  const allow = { Allow: 'GET, HEAD, OPTIONS' };
  if (req.method === 'OPTIONS') {
    const anywhere = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Methods': 'GET, HEAD' };
    res.writeHead(204, { ...allow, ...anywhere }).end();
    drain(req);
  } else {
    refuseRequest(req, res, target, new HttpError(405, 'This path takes GET, HEAD, OPTIONS.', allow));
  }
}

/** In the words of the page that it was asked of; to programs, and below `/api/`, as JSON. */
export async function notFound(
  services: Services,
  req: IncomingMessage,
  res: ServerResponse,
  target: RequestTarget,
  route: Route | null,
): Promise<void> {
  const asJson = target.path.includes('/api/') || wantsJson(req);
  const own = route ? await services.site.notFound(route.slug, asJson) : null;
  if (!own && target.path === '/') {
    return refuseRequest(
      req,
      res,
      target,
      new HttpError(
        404,
        'There is no status page here yet. Make one at /console/ ("daymark users create" makes somebody who can sign in there) or with POST /api/v1/pages, or import one with "daymark import statuspage".',
      ),
    );
  }
  if (!own) return refuseRequest(req, res, target, new HttpError(404, 'Not found.'));
  const policy = asJson ? null : policyIn(own);
  res.writeHead(404, {
    'Content-Type': asJson ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8',
    'Content-Length': String(own.length),
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    ...(asJson ? { 'Access-Control-Allow-Origin': '*' } : {}),
    ...(policy ? { 'Content-Security-Policy': policy } : {}),
  });
  res.end(req.method === 'HEAD' ? undefined : own);
  drain(req);
}

function wantsJson(req: IncomingMessage): boolean {
  return !(req.headers.accept ?? '').includes('text/html');
}
