/** Addresses that mail can be sent to, internationalized ones too (RFC 6531), and what makes two of them the same. */
import { z } from 'zod';

const MOST_BYTES = 254;
const MOST_LOCAL_BYTES = 64;
/** Blanks, control and invisible characters, and what would end an address within a header. */
const STRAY = /[\p{C}\p{Z}<>()[\]\\,;:"]/u;
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?$/u;

const bytes = (text: string) => new TextEncoder().encode(text).length;

/** True of an address with a domain of at least two labels; quoted local parts and IP literals are not taken. */
export function isEmailAddress(text: string): boolean {
  if (!z.regexes.unicodeEmail.test(text) || STRAY.test(text) || bytes(text) > MOST_BYTES) return false;
  const at = text.lastIndexOf('@');
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  if (bytes(local) > MOST_LOCAL_BYTES || /^\.|\.\.|\.$|@/.test(local)) return false;
  const labels = domain.split('.');
  const isNamed =
    labels.length > 1 && labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1)!);
  return isNamed && URL.canParse(`http://${domain}`);
}

/** What makes two addresses the same: NFC, in lower case. */
export function emailKey(address: string): string {
  return address.trim().toLowerCase().normalize('NFC');
}

/**
 * The mailbox that an address most likely leads to: without what stands behind a plus (RFC 5233). Limits go by it, since
 * one mailbox has as many such addresses as somebody cares to make up.
 */
export function mailboxKey(key: string): string {
  return key.replace(/(?<=.)\+.*(?=@)/, '');
}

export const emailAddress = z
  .string()
  .trim()
  .refine(isEmailAddress, 'An email address, like ada@example.com.')
  .meta({ format: 'idn-email', maxLength: MOST_BYTES, examples: ['ada@example.com'] });
