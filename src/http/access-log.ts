import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Services } from '../services.ts';
import { clientAddress } from './client-address.ts';

const ids = new WeakMap<ServerResponse, string>();

/** The id under which a request stands in the log, in the audit, and in a 500. */
export function requestIdOf(res: ServerResponse): string {
  const known = ids.get(res);
  if (known) return known;
  const id = randomUUID();
  ids.set(res, id);
  return id;
}

/**
 * Writes a line for a request when its answer is out: chosen fields, never headers, bodies or query strings, which may
 * hold secrets. Files of pages are counted, not logged.
 */
export function logWhenDone({ log, config }: Services, req: IncomingMessage, res: ServerResponse): void {
  const began = performance.now();
  res.on('close', () => {
    const status = res.statusCode;
    const reads = req.method === 'GET' || req.method === 'HEAD';
    if (reads && status < 400 && !ids.has(res)) return;
    log.info(
      {
        request: requestIdOf(res),
        method: req.method,
        path: (req.url ?? '').split('?', 1)[0],
        status: res.writableFinished ? status : 'aborted',
        ms: Math.round(performance.now() - began),
        client: clientAddress(req, config.trustedProxies),
      },
      'request',
    );
  });
}
