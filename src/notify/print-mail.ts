import { inline } from '@css-inline/css-inline';
import type { MailView } from '../render/mail/view.ts';

/** Prints a mail's markup through the app, as pages are. */
export type PrintMail = (view: MailView) => Promise<string>;

/** With the styles in the elements; rules for dark screens and phones stay in the head. */
export function inlined(html: string): string {
  return inline(html, { keepAtRules: true, keepStyleTags: false, loadRemoteStylesheets: false });
}
