/** Hands a request to the Astro app, and its answer to Node. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { Services } from '../services.ts';
import { requestIdOf } from './access-log.ts';
import { drain, readBody } from './body.ts';
import { clientAddress } from './client-address.ts';
import { isHostOf } from './console-address.ts';
import type { Route } from './site-routes.ts';
import type { RequestTarget } from './target.ts';

/** Runs the Astro app: null when no route matches. */
export type RunApp = (
  request: Request,
  locals: App.Locals,
  clientAddress: string,
) => Promise<Response | null>;

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

export async function writeResponse(
  req: IncomingMessage,
  res: ServerResponse,
  response: Response,
): Promise<void> {
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
