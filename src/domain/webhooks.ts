/** Webhooks: what they may follow, and the addresses that they may have (contract, section 5). */
import { z } from 'zod';

/** What a webhook can be told of: the events of the outbox. */
export const WEBHOOK_EVENTS = [
  'incident.created',
  'incident.updated',
  'incident.resolved',
  'maintenance.scheduled',
  'maintenance.changed',
  'maintenance.reminded',
  'maintenance.started',
  'maintenance.updated',
  'maintenance.verifying',
  'maintenance.completed',
  'maintenance.cancelled',
] as const;

/** What a test call tells of. */
export const WEBHOOK_TEST = 'webhook.test';

/** Rises when a receiver that knows the old form would misread the new one. New fields do not raise it. */
export const WEBHOOK_VERSION = 1;

const MOST_URL = 2000;

/** With what the secrets of webhooks are encrypted in the database. */
export const WEBHOOK_SEAL = 'webhook';

/** What `sealed_secret` holds: after a rotation the old secret signs too for a while, so that no receiver misses one. */
export interface WebhookSecrets {
  current: string;
  previous?: { secret: string; until: number };
}

/**
 * What is wrong with the address of a receiver; null when nothing is. Where it leads is judged when it is dialled: a
 * name may point elsewhere by then. Hosts that parsers read differently (`0127.0.0.1`, `0x7f.1`, `2130706433`) are
 * refused, since nobody writes them by accident.
 */
export function webhookUrlFault(text: string): string | null {
  if (!/^https?:\/\/[^/?#]/i.test(text) || /[\s\\\p{Cc}]/u.test(text) || !URL.canParse(text))
    return 'An address like https://hooks.example.com/daymark.';
  const url = new URL(text);
  const authority = /^https?:\/\/([^/?#]*)/i.exec(text)?.[1] ?? '';
  if (url.username || url.password || authority.includes('@'))
    return 'An address holds no user and no password: receivers know our calls by their signature.';
  if (url.hash || text.includes('#')) return 'An address has no part behind #.';
  const host = authority.replace(/:\d*$/, '');
  if (/^[\d.]+$/.test(url.hostname) && host !== url.hostname)
    return `An IPv4 address is written as ${url.hostname}.`;
  return null;
}

const webhookUrl = z
  .string()
  .max(MOST_URL, `At most ${MOST_URL.toLocaleString('en')} characters.`)
  .superRefine((text, context) => {
    const fault = webhookUrlFault(text);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  })
  .meta({ format: 'uri', examples: ['https://hooks.example.com/daymark'] });

const once = <T>(list: readonly T[]) => new Set(list).size === list.length;

const webhookFields = {
  url: webhookUrl,
  /** Null: every event, those of later versions too. */
  events: z
    .array(z.enum(WEBHOOK_EVENTS))
    .min(1, 'At least one event, or null for all.')
    .refine(once, 'An event is named twice.')
    .nullable(),
  /** None, or null: the whole page. */
  component_ids: z
    .array(z.uuid('A UUID.'))
    .max(2000, 'At most 2,000 components.')
    .refine(once, 'A component is named twice.')
    .nullable(),
  active: z.boolean(),
};
export const webhookCreate = z
  .strictObject(webhookFields)
  .partial()
  .required({ url: true })
  .meta({ id: 'WebhookCreate' });
export const webhookPatch = z.strictObject(webhookFields).partial().meta({ id: 'WebhookPatch' });

export type WebhookCreate = z.output<typeof webhookCreate>;
export type WebhookPatch = z.output<typeof webhookPatch>;

/**
 * Whether a webhook is told of an event.
 *
 * @param follows ids of what it follows and still is there; null for the whole page
 * @param named the components that the event's incident or window ever named: of one that named none everyone is told
 */
export function isTold(
  events: readonly string[] | null,
  follows: readonly string[] | null,
  event: string,
  named: readonly string[],
): boolean {
  if (events && !events.includes(event)) return false;
  if (follows === null) return true;
  // The last component that it followed was deleted: it gets nothing, not everything.
  if (follows.length === 0) return false;
  return named.length === 0 || named.some((id) => follows.includes(id));
}
