/** The HTTP server: what must be settled before Astro sees a request, and what no route answers. */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { isTokenPage } from '../render/paths.ts';
import type { Services } from '../services.ts';
import { logWhenDone, requestIdOf } from './access-log.ts';
import { drain, readBody } from './body.ts';
import { clientAddress } from './client-address.ts';
import { isConsolePath, isHostOf, type Lead, leadsTo } from './console-address.ts';
import { errorBody, HttpError } from './errors.ts';
import { answerOperations } from './operations.ts';
import { isPublicList, isPublicPath } from './public-paths.ts';
import type { Route } from './site-routes.ts';
import { policyIn } from './static-answer.ts';
import { parseTarget, type RequestTarget } from './target.ts';

/** Runs the Astro app: null when no route matches. */
export type RunApp = (
  request: Request,
  locals: App.Locals,
  clientAddress: string,
) => Promise<Response | null>;

const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
const HEADER_BYTES = 16 * 1024;
const CONNECTIONS = 10_000;
/** Below this nothing is published: the folder need not be asked. */
const MANAGED = /^\/api\/v1\/(pages|api-keys|audit-events)(\/|$)/;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export function createHttpServer(services: Services, runApp: RunApp): Server {
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: 2_000,
      // Node's own refusal has no body: ours follows below.
      requireHostHeader: false,
    },
    (req, res) => {
      const reads = req.method === 'GET' || req.method === 'HEAD';
      if (reads && countHosts(req) === 1 && services.site.answerKnown(req, res)) return;
      logWhenDone(services, req, res);
      answer(services, runApp, req, res).catch((error: unknown) => fail(services, req, res, error));
    },
  );
  server.maxConnections = CONNECTIONS;
  server.keepAliveTimeout = 65_000;
  server.on('clientError', refuseMalformed);
  // Without a listener for upgrades they are passed over: who offers HTTP/2 in passing gets its answer in HTTP/1.1.
  server.on('connect', (_req, socket: Socket) => refuse(socket, 405, 'This method is not supported.'));
  server.on('checkExpectation', (req, res) => {
    const error = new HttpError(417, 'Only "Expect: 100-continue" is understood.', { Connection: 'close' });
    refuseRequest(req, res, null, error);
  });
  return server;
}

async function answer(
  services: Services,
  runApp: RunApp,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const target = parseTarget(req.url ?? '');
  if (!target)
    return refuseRequest(req, res, null, new HttpError(400, 'The path of the request is malformed.'));
  const hosts = countHosts(req);
  if (hosts > 1)
    return refuseRequest(req, res, target, new HttpError(400, 'The request has more than one Host header.'));
  if (hosts === 0 && req.httpVersion === '1.1')
    return refuseRequest(req, res, target, new HttpError(400, 'The request has no Host header.'));
  const method = req.method ?? 'GET';
  const reads = method === 'GET' || method === 'HEAD';
  if (reads && (await answerOperations(services, req, res, target.path))) return;
  const route = await services.site.route(req.headers.host, target);
  if (!METHODS.has(method)) {
    return refuseRequest(
      req,
      res,
      target,
      new HttpError(405, 'This method is not supported.', { Allow: [...METHODS].join(', ') }),
    );
  }
  if (isConsolePath(target.path) && route?.root.kind !== 'domain') {
    const elsewhere = leadsTo(services.publicUrl, req, target);
    if (elsewhere) return lead(req, res, elsewhere);
    const response = await runRoute(services, runApp, req, res, target, null, target.path);
    if (response) return writeResponse(req, res, response);
  }
  const isOfPage = route !== null && (!route.path.startsWith('api/') || isPublicPath(route.path));
  if (reads && isOfPage && services.site.isWithheld(route.slug)) {
    const detail = 'This page is being brought up to date. Try again in a moment.';
    return refuseRequest(req, res, target, new HttpError(503, detail, { 'Retry-After': '1' }));
  }
  const asksList =
    target.query !== '' && route !== null && isPublicList(route.path) && hasListParameter(target.query);
  const mayBeFile = !asksList && !MANAGED.test(target.path);
  if (reads && route && mayBeFile && (await services.site.answer(req, res, target, route))) return;
  const path = route && route.root.kind !== 'default' ? `/${route.path}` : target.path;
  if (route && isTokenPage(route.path)) {
    const response = await runRoute(services, runApp, req, res, target, route, `/${route.path}`);
    if (response && response.status !== 404) return writeResponse(req, res, response);
  }
  if (route && isTokenPage(`${route.path}/`)) return leadIntoFolder(req, res, target);
  if (path.startsWith('/api/')) {
    const response = await runRoute(services, runApp, req, res, target, route, path);
    if (response) return writeResponse(req, res, response);
    if (!reads && route && isPublicPath(route.path)) return refuseMethod(req, res, target);
  } else if (!reads && route && (await services.site.holds(route))) {
    return refuseMethod(req, res, target);
  }
  await notFound(services, req, res, target, route);
}

/** What is published is only read; OPTIONS is told so. */
function refuseMethod(req: IncomingMessage, res: ServerResponse, target: RequestTarget): void {
  const allow = { Allow: 'GET, HEAD, OPTIONS' };
  if (req.method === 'OPTIONS') {
    const anywhere = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Methods': 'GET, HEAD' };
    res.writeHead(204, { ...allow, ...anywhere }).end();
    drain(req);
  } else {
    refuseRequest(req, res, target, new HttpError(405, 'This path takes GET, HEAD, OPTIONS.', allow));
  }
}

/** The address of a page ends in a slash: relative links break without. */
function leadIntoFolder(req: IncomingMessage, res: ServerResponse, { path, query }: RequestTarget): void {
  const location = `./${path.slice(path.lastIndexOf('/') + 1)}/${query === '' ? '' : `?${query}`}`;
  res.writeHead(308, { Location: location, 'Cache-Control': 'no-store', 'Content-Length': '0' }).end();
  drain(req);
}

function lead(req: IncomingMessage, res: ServerResponse, { status, location }: Lead): void {
  res.writeHead(status, { Location: location, 'Cache-Control': 'no-store', 'Content-Length': '0' }).end();
  drain(req);
}

async function runRoute(
  services: Services,
  runApp: RunApp,
  req: IncomingMessage,
  res: ServerResponse,
  target: RequestTarget,
  route: Route | null,
  path: string,
): Promise<Response | null> {
  const headers = new Headers();
  for (let place = 0; place < req.rawHeaders.length; place += 2) {
    try {
      headers.append(req.rawHeaders[place]!, req.rawHeaders[place + 1]!);
    } catch {
      // A header that Fetch refuses is one that no endpoint reads.
    }
  }
  // Scheme and host follow PUBLIC_URL, never a header.
  const request = new Request(new URL(path, services.publicUrl), { method: req.method ?? 'GET', headers });
  const locals = {
    services,
    requestId: requestIdOf(res),
    root: route?.root ?? { kind: 'default' as const },
    isOwnHost: isHostOf(services.publicUrl, req, target),
    query: target.query,
    readBody: (limit: number) => readBody(req, limit),
  } as App.Locals;
  return runApp(request, locals, clientAddress(req, services.config.trustedProxies));
}

async function writeResponse(req: IncomingMessage, res: ServerResponse, response: Response): Promise<void> {
  const headers: Record<string, string | string[]> = {
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
  };
  response.headers.forEach((value, name) => {
    headers[name] = name === 'set-cookie' ? response.headers.getSetCookie() : value;
  });
  if (headers['transfer-encoding']) {
    // Of a HEAD nothing is made.
    if (!response.body) delete headers['transfer-encoding'];
    res.writeHead(response.status, headers);
    if (response.body) return pipeline(Readable.fromWeb(response.body as ReadableStream), res);
    res.end();
    return;
  }
  const body = Buffer.from(await response.arrayBuffer());
  if (response.status !== 204 && response.status !== 304) headers['content-length'] = String(body.length);
  res.writeHead(response.status, headers);
  res.end(req.method === 'HEAD' ? undefined : body);
  drain(req);
}

/** In the words of the page that it was asked of; to programs, and below `/api/`, as JSON. */
async function notFound(
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
        'There is no status page here yet. Make one with POST /api/v1/pages, or import one with "daymark import statuspage".',
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

function hasListParameter(query: string): boolean {
  const parameters = new URLSearchParams(query);
  return ['status_filter', 'page', 'per_page'].some((name) => parameters.has(name));
}

function countHosts(req: IncomingMessage): number {
  let count = 0;
  for (let place = 0; place < req.rawHeaders.length; place += 2) {
    const name = req.rawHeaders[place]!;
    if (name.length === 4 && name.toLowerCase() === 'host') count++;
  }
  return count;
}

function refuseRequest(
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
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${title}</title><h1>${title}</h1><p>${text}</p></html>\n`;
}

function fail(services: Services, req: IncomingMessage, res: ServerResponse, error: unknown): void {
  const requestId = requestIdOf(res);
  services.log.error(
    { request: requestId, error: error instanceof Error ? error.stack : String(error) },
    'request failed',
  );
  if (res.headersSent) {
    res.destroy();
    return;
  }
  refuseRequest(
    req,
    res,
    null,
    new HttpError(500, `Something went wrong on our side. Request id: ${requestId}`),
  );
}

/** What Node itself would answer, in the contract's form. */
function refuseMalformed(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  if (error.code === 'HPE_HEADER_OVERFLOW')
    refuse(socket, 431, `The headers are larger than ${HEADER_BYTES / 1024} KiB.`);
  else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT')
    refuse(socket, 408, 'The request took too long to arrive.');
  else refuse(socket, 400, 'The request is malformed.');
}

function refuse(socket: Socket, status: number, detail: string): void {
  const body = errorBody(new HttpError(status, detail));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
  );
}
