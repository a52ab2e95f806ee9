import type { Parameter } from './declare.ts';
import { HttpError } from './errors.ts';
import { single } from './pagination.ts';

/** By which a subscriber is known, as mails carry it. */
export const TOKEN: Parameter = {
  name: 'token',
  description: 'The token from a mail, or from the verification',
};

/** @throws HttpError 400 */
export function tokenOf(query: URLSearchParams): string {
  const token = single(query, 'token');
  if (!token) throw new HttpError(400, 'The parameter token is missing.');
  return token;
}
