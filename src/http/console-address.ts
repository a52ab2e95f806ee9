/** Where the console is: on the host of PUBLIC_URL alone (contract, section 2). */
import type { IncomingMessage } from 'node:http';
import { hostOf, type RequestTarget } from './target.ts';

export interface Lead {
  status: 302 | 308;
  location: string;
}

export function isConsolePath(path: string): boolean {
  return path === '/console' || path.startsWith('/console/');
}

/** True when a request was made to the host of PUBLIC_URL. */
export function isHostOf(publicUrl: string, req: IncomingMessage, { authority }: RequestTarget): boolean {
  return hostOf(authority ?? req.headers.host) === new URL(publicUrl).hostname;
}

/** Where a request for the console has to go first: to its host, and to the address with a slash at its end. */
export function leadsTo(publicUrl: string, req: IncomingMessage, target: RequestTarget): Lead | null {
  const query = target.query === '' ? '' : `?${target.query}`;
  if (!isHostOf(publicUrl, req, target))
    return { status: 302, location: `${publicUrl}${target.path}${query}` };
  const reads = req.method === 'GET' || req.method === 'HEAD';
  const last = target.path.slice(target.path.lastIndexOf('/') + 1);
  return reads && last !== '' && !last.includes('.') ? { status: 308, location: `${last}/${query}` } : null;
}
