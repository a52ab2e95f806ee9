import type { Visitor } from '../auth/sign-in.ts';
import { limitKey } from './client-address.ts';
import type { RouteContext } from './declare.ts';

/** From where a request comes, as limits and lists of sessions have it. */
export function visitorOf({
  clientAddress,
  request,
  locals,
}: Pick<RouteContext, 'clientAddress' | 'request' | 'locals'>): Visitor {
  return {
    client: limitKey(clientAddress),
    userAgent: request.headers.get('user-agent'),
    requestId: locals.requestId,
  };
}
