import type { APIContext } from 'astro';
import type { Visitor } from '../auth/sign-in.ts';
import { limitKey } from './client-address.ts';

/** From where a request comes, as limits and lists of sessions have it. */
export function visitorOf({
  clientAddress,
  request,
  locals,
}: Pick<APIContext, 'clientAddress' | 'request' | 'locals'>): Visitor {
  return {
    client: limitKey(clientAddress),
    userAgent: request.headers.get('user-agent'),
    requestId: locals.requestId,
  };
}
