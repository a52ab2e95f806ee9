/**
 * What a mail shows. Views hand out two kinds of text, as those of pages: a name that ends in `Html` is markup and goes out
 * as it is, every other one is plain text that the template escapes.
 */
import type { ComponentStatus } from '../../domain/status.ts';
import { accentOf, onAccent } from '../view/accent.ts';

/** What a mail needs to know of the page in whose name it is sent. */
export interface MailPage {
  id: string;
  slug: string;
  name: string;
  language: string;
  /** IANA name. */
  timezone: string;
  accent: string | null;
  /** The file of the logo below the page's root; absent without one. */
  logo?: string;
  /** Where readers find the page, absolute, without a final slash. */
  url: string;
  /** PUBLIC_URL/p/{slug}: where what has a token leads. */
  formUrl: string;
}

export interface MailView {
  language: string;
  direction: 'ltr' | 'rtl';
  subject: string;
  /** What a list of mails shows behind the subject. */
  preview: string;
  brand: { name: string; initial: string; accent: string; onAccent: string; logo: string | null };
  /** The state that the mail tells of; null of a letter. */
  status: ComponentStatus | null;
  heading: string;
  /** One line below the heading; empty for none. */
  line: string;
  bodyHtml: string;
  facts: { name: string; values: { text: string; status?: ComponentStatus }[] }[];
  /** What was overtaken before it could be sent. */
  earlier: { name: string; updates: { label: string; bodyHtml: string }[] } | null;
  button: { href: string; text: string };
  /** Lines in small print. */
  notesHtml: string[];
}

/** Name and colours at the head of a mail. Without a page it is the service that writes. */
export function brandOf(
  page: Pick<MailPage, 'name' | 'accent'> & Partial<Pick<MailPage, 'logo' | 'url'>>,
): MailView['brand'] {
  const accent = accentOf(page.accent);
  const initial = (Array.from(page.name.trim())[0] ?? '·').toUpperCase();
  const logo = page.logo === undefined ? null : `${page.url}/${page.logo}`;
  return { name: page.name, initial, accent, onAccent: onAccent(accent), logo };
}

/** The daymarks as characters: a mail has them with its pictures off, and as plain text. */
export const SIGNS: Record<ComponentStatus, string> = {
  operational: '●',
  under_maintenance: '○',
  degraded_performance: '▲',
  partial_outage: '◆',
  major_outage: '✖\ufe0e',
};

/** A mail as its plain text: everything that its markup says, in its order. */
export function mailText(view: MailView, body: string, earlier: string[], notes: string[]): string {
  const facts = view.facts.map(({ name, values }) => {
    const lines = values.map(({ text, status }) => (status ? `${SIGNS[status]} ${text}` : text));
    return lines.length === 1
      ? `${name}: ${lines[0]}`
      : [`${name}:`, ...lines.map((one) => `  ${one}`)].join('\n');
  });
  const parts = [
    view.line === '' ? view.heading : `${view.heading}\n${view.line}`,
    body,
    facts.join('\n'),
    view.earlier === null ? '' : [`${view.earlier.name}:`, ...earlier].join('\n\n'),
    `${view.button.text}: ${view.button.href}`,
    `-- \n${view.brand.name}\n${notes.join('\n')}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
