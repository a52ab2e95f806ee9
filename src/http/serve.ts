/** The HTTP server: what must be settled before Astro sees a request, and who answers it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isTokenPage } from '../render/paths.ts';
import type { Services } from '../services.ts';
import { logWhenDone } from './access-log.ts';
import { drain } from './body.ts';
import { isConsolePath, type Lead, leadsTo } from './console-address.ts';
import { HttpError } from './errors.ts';
import { answerOperations } from './operations.ts';
import { isPublicList, isPublicPath } from './public-paths.ts';
import { fail, notFound, refuseMethod, refuseRequest } from './refusals.ts';
import { type RunApp, runRoute, writeResponse } from './run-route.ts';
import { HEADER_BYTES, refuse, refuseMalformed } from './socket-refusals.ts';
import { parseTarget, type RequestTarget } from './target.ts';

const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
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
