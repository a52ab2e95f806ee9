import { createHash } from 'node:crypto';
import type { PlannedFile } from './planned-file.ts';
import type { Print } from './print.ts';

/** Prints one Astro page: the path of the page below `src/pages`, and what it is to print. */
export type PrintPage = (path: string, print: Print) => Promise<string>;

const POLICY = "default-src 'none'; connect-src 'self'; img-src 'self' data:; base-uri 'none'";
const ELEMENT = /<(style|script)\b[^>]*>([\s\S]*?)<\/\1>/g;

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/**
 * The content security policy of a printed page: what stands in it, by hash, and nothing else. `formOrigin` is where its
 * forms may post to.
 */
export function policyFor(html: string, formOrigin: string): string {
  const styles = new Set<string>();
  const scripts = new Set<string>();
  for (const [, name, content] of html.matchAll(ELEMENT)) {
    (name === 'style' ? styles : scripts).add(hashOf(content ?? ''));
  }
  const list = (hashes: Set<string>) => (hashes.size > 0 ? [...hashes].join(' ') : "'none'");
  return `${POLICY}; form-action ${formOrigin}; style-src ${list(styles)}; script-src ${list(scripts)}`;
}

/** Puts the policy into the head of a page, right behind its charset and before anything that it governs. */
export function withPolicy(html: string, formOrigin: string): string {
  const meta = `<meta http-equiv="content-security-policy" content="${policyFor(html, formOrigin)}">`;
  return html.replace('<meta charset="utf-8">', (charset) => charset + meta);
}

/** Makes the bytes of one planned file. */
export async function renderFile(
  file: PlannedFile,
  printPage: PrintPage,
  formOrigin: string,
): Promise<{ path: string; body: Buffer }> {
  const made =
    'print' in file
      ? withPolicy(await printPage(`/render/${file.print.kind}`, file.print), formOrigin)
      : 'text' in file
        ? file.text()
        : file.bytes();
  return { path: file.path, body: typeof made === 'string' ? Buffer.from(made, 'utf8') : made };
}
