import { createHmac } from 'node:crypto';
import type { WebhookSecrets } from '../../domain/webhooks.ts';

/**
 * The headers of the Standard Webhooks scheme (its specification, "Webhook metadata" and "Symmetric signatures"). While a
 * secret is being replaced both sign, and a receiver accepts whichever it knows.
 *
 * @param id the same for every attempt of one delivery: receivers know repeats by it
 * @param now of this attempt, in milliseconds
 */
export function signatureHeaders(
  { current, previous }: WebhookSecrets,
  id: string,
  now: number,
  body: string,
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const sign = (secret: string) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  };
  const valid = previous && previous.until > now ? [current, previous.secret] : [current];
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': valid.map(sign).join(' '),
  };
}
