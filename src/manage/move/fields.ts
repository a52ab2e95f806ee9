import { z } from 'zod';
import { isEmailAddress } from '../../domain/email-address.ts';
import { pageCreate, slugText } from '../../domain/input.ts';
import { readLogo } from '../../domain/logo.ts';
import { webhookCreate } from '../../domain/webhooks.ts';

const address = z.string().refine(isEmailAddress, 'An email address, like ada@example.com.');
const logo = z.string().refine((content) => {
  try {
    return readLogo(Buffer.from(content, 'base64')) !== null;
  } catch {
    return false;
  }
}, 'A PNG or WebP file of up to 64 KiB, in base64.');

/** What ends up in paths, addresses, headers and markup is held to the rules that it was made by. */
const RULES: Record<string, z.ZodType> = {
  'organizations.slug': slugText,
  'resting_slugs.slug': slugText,
  'pages.slug': pageCreate.shape.slug,
  'pages.timezone': pageCreate.shape.timezone,
  'pages.language': pageCreate.shape.language,
  'pages.languages': pageCreate.shape.languages,
  'pages.accent': pageCreate.shape.accent,
  'pages.domain': pageCreate.shape.domain,
  'components.code': slugText,
  'logos.content': logo,
  'subscribers.email': address,
  'users.email': address,
  'webhooks.url': webhookCreate.shape.url,
};

/** What is wrong with the value of a field, null when nothing is. */
export function fieldFault(table: string, name: string, value: unknown): string | null {
  const result = RULES[`${table}.${name}`]?.safeParse(value);
  return result && !result.success ? `is not right: ${result.error.issues[0]?.message}` : null;
}
