import { isId } from './ids.ts';
import type { Secrets } from './secrets.ts';

const PURPOSE = 'subscriber';

/**
 * The token by which a subscriber sees, changes and ends what they receive. It never expires and is stored nowhere: the
 * id, signed with the installation's secret.
 */
export function subscriberToken(secrets: Secrets, subscriberId: string): string {
  return `${subscriberId}.${secrets.sign(PURPOSE, subscriberId)}`;
}

/** The id of the subscriber whose token this is; null of one that we never signed. */
export function subscriberOfToken(secrets: Secrets, token: string): string | null {
  const [id = '', signature = '', ...rest] = token.split('.');
  if (rest.length > 0 || !isId(id) || !secrets.isSigned(PURPOSE, id, signature)) return null;
  return id;
}
