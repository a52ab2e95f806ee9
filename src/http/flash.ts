/** A sentence for the next page, in a cookie for a minute: signed, so that nobody else puts words into our mouth. */
import type { APIContext } from 'astro';
import { cookieOf } from '../auth/session.ts';
import type { Secrets } from '../domain/secrets.ts';

const NAME = 'daymark_flash';
const PURPOSE = 'flash';
const SECONDS = 60;

/**
 * Ends what a form did: leads to a page (303), which says the sentence at its top.
 *
 * @param path on this host, beginning with a slash
 */
export function leave(
  { locals }: Pick<APIContext, 'locals'>,
  path: string,
  sentence?: string,
  cookies: readonly string[] = [],
): Response {
  const headers = new Headers({ Location: path });
  for (const cookie of cookies) headers.append('Set-Cookie', cookie);
  if (sentence !== undefined) {
    const text = Buffer.from(sentence).toString('base64url');
    const secure = locals.services.publicUrl.startsWith('https:') ? '; Secure' : '';
    headers.append(
      'Set-Cookie',
      `${NAME}=${text}.${locals.services.secrets.sign(PURPOSE, text)}; Path=/console/; Max-Age=${SECONDS}; HttpOnly; SameSite=Lax${secure}`,
    );
  }
  return new Response(null, { status: 303, headers });
}

/** The sentence that the page before left, or null. */
export function flashOf(secrets: Secrets, cookieHeader: string | null): string | null {
  const [text = '', signature = ''] = (cookieOf(cookieHeader, NAME) ?? '').split('.');
  if (text === '' || !secrets.isSigned(PURPOSE, text, signature)) return null;
  return Buffer.from(text, 'base64url').toString();
}

/** The `Set-Cookie` that takes a sentence away once it was said. */
export function takenFlash(): string {
  return `${NAME}=; Path=/console/; Max-Age=0; HttpOnly; SameSite=Lax`;
}
