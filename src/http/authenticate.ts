/** Who asks: by a key, or by the session of somebody who is signed in (contract, section 5). */
import type { Admission } from '../auth/api-keys.ts';
import type { Asked } from './asked.ts';
import type { RouteContext } from './declare.ts';
import { HttpError } from './errors.ts';

/** The cookie of a session, by either of its names. */
const SESSION = /(?:^|;)\s*(?:__Host-)?daymark_session=[^;\s]/;
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Who asks, and the page that the path names, if it is theirs. @throws HttpError 400, 401, 403 */
export async function authenticate({ request, locals }: RouteContext, pageRef: string): Promise<Admission> {
  const { services, isOwnHost } = locals;
  const refuse = (detail: string) =>
    new HttpError(401, detail, { 'WWW-Authenticate': 'Bearer realm="daymark"' });
  const authorization = request.headers.get('authorization');
  const bearer = authorization === null ? null : (/^bearer +([^\s]+) *$/i.exec(authorization)?.[1] ?? '');
  const header = request.headers.get('x-api-key');
  if (bearer !== null && header !== null && bearer !== header) {
    throw new HttpError(400, 'Authorization and X-API-Key hold different keys. Send one of them.');
  }
  const key = bearer ?? header;
  if (key !== null) {
    const admission = await services.admit(key, pageRef);
    if (!admission) throw refuse('The API key is not valid.');
    return admission;
  }
  // A session holds on the host of PUBLIC_URL alone, whatever a browser sends elsewhere.
  const cookie = request.headers.get('cookie');
  const admission = isOwnHost ? await services.sessions.admit(cookie, pageRef) : null;
  if (!admission)
    throw refuse(
      isOwnHost && cookie !== null && SESSION.test(cookie)
        ? 'The session is over. Sign in again, or send an API key.'
        : 'An API key is needed: send it as "Authorization: Bearer sk_live_…" or as X-API-Key.',
    );
  assertOrigin(request, services.publicUrl);
  return admission;
}

/**
 * What a browser sends with a cookie came from a page of ours, unless it changes nothing: the one guard against forged
 * requests, of forms and of scripts.
 *
 * @throws HttpError 403
 */
export function assertOrigin(request: Asked, publicUrl: string): void {
  if (SAFE.has(request.method) || request.headers.get('origin') === publicUrl) return;
  throw new HttpError(403, `With a session this needs the header Origin: ${publicUrl}.`);
}
