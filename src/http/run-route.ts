/** Hands a request to the Astro app, and its answer to Node. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { Services } from '../services.ts';
import { requestIdOf } from './access-log.ts';
import { AskedOfNode, Reply } from './asked.ts';
import { drain, readBody } from './body.ts';
import { clientAddress } from './client-address.ts';
import { isHostOf } from './console-address.ts';
import type { Route } from './site-routes.ts';
import type { RequestTarget } from './target.ts';

/** Runs the Astro app: null when no route matches. */
export type RunApp = (
  request: AskedOfNode,
  locals: App.Locals,
  clientAddress: string,
) => Promise<Response | Reply | null>;

/**
 * Runs the route at a path.
 *
 * @param route where the host led, null when nowhere
 * @returns null when no route matches
 */
export async function runRoute(
  services: Services,
  runApp: RunApp,
  req: IncomingMessage,
  res: ServerResponse,
  target: RequestTarget,
  route: Route | null,
  path: string,
): Promise<Response | Reply | null> {
  const request = new AskedOfNode(req, path, services.publicUrl);
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

export async function writeResponse(
  req: IncomingMessage,
  res: ServerResponse,
  response: Response | Reply,
): Promise<void> {
  const headers: Record<string, string | string[]> = {
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
  };
  if (response instanceof Reply) {
    Object.assign(headers, response.headers);
    return writeBody(req, res, response.status, headers, Buffer.from(response.body ?? ''));
  }
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
  writeBody(req, res, response.status, headers, Buffer.from(await response.arrayBuffer()));
}

function writeBody(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  headers: Record<string, string | string[]>,
  body: Buffer,
): void {
  if (status !== 204 && status !== 304) headers['content-length'] = String(body.length);
  res.writeHead(status, headers);
  res.end(req.method === 'HEAD' ? undefined : body);
  drain(req);
}
