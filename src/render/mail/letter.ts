/** Letters as mails: one thought, one button. */
import type { Letter } from '../../domain/letters.ts';
import { datesFor } from '../../text/dates.ts';
import { dictionaryFor } from '../../text/dictionary.ts';
import { escapeHtml } from '../../text/escape-html.ts';
import { type LetterWords, mailWordsFor } from '../../text/mail-words.ts';
import { paths } from '../paths.ts';
import { brandOf, type MailPage, type MailView, mailText } from './view.ts';

/** Who writes where no page does. */
const SERVICE = { name: 'Daymark', accent: null };

export interface WrittenMail {
  fromName: string;
  view: MailView;
  text: string;
}

/**
 * @param page in whose name it is sent, and in whose language and time zone; null of what concerns an account
 * @param publicUrl the operator's origin
 * @returns null when the letter needs a page that is not there any more
 */
export function letterMail(letter: Letter, page: MailPage | null, publicUrl: string): WrittenMail | null {
  const language = page?.language ?? 'en';
  const words = dictionaryFor(language);
  const mailWords = mailWordsFor(language);
  const dates = datesFor(words.language, page?.timezone ?? 'Etc/UTC');
  const told = tell(letter, page, publicUrl, mailWords, (at) => dates.fullMoment(at));
  if (!told) return null;
  const { subject, paragraphs, button } = told.words;
  const view: MailView = {
    language: words.language,
    direction: words.direction,
    subject,
    preview: paragraphs[0] ?? '',
    brand: brandOf(page ?? SERVICE),
    status: null,
    heading: subject,
    line: '',
    bodyHtml: paragraphs.map((text) => `<p>${escapeHtml(text)}</p>`).join(''),
    facts: [],
    earlier: null,
    button: { href: told.href, text: button },
    notesHtml: [
      `${mailWords.buttonFails}<br><span class="address" dir="ltr">${escapeHtml(told.href)}</span>`,
    ],
  };
  return {
    fromName: view.brand.name,
    view,
    text: mailText(view, paragraphs.join('\n\n'), [], []),
  };
}

function tell(
  letter: Letter,
  page: MailPage | null,
  publicUrl: string,
  words: ReturnType<typeof mailWordsFor>,
  moment: (at: number) => string,
): { words: LetterWords; href: string } | null {
  const token = 'token' in letter ? `?token=${encodeURIComponent(letter.token)}` : '';
  const console = `${publicUrl}/console`;
  switch (letter.kind) {
    case 'invitation': {
      const { invitedBy, organization, expiresAt } = letter;
      const href = `${console}/invitation/${token}`;
      return { words: words.invitation(invitedBy, organization, moment(expiresAt)), href };
    }
    case 'password_reset':
      return { words: words.passwordReset(moment(letter.expiresAt)), href: `${console}/password/${token}` };
  }
  if (!page) return null;
  switch (letter.kind) {
    case 'verify_subscription':
      return { words: words.verify(page.name), href: `${page.formUrl}/${paths.verify}${token}` };
    case 'subscription_settings':
      return { words: words.already(page.name), href: `${page.formUrl}/${paths.settings}${token}` };
    case 'update_overdue': {
      // To where it is posted.
      const href = `${console}/pages/${page.slug}/incidents/${letter.incidentId}/#update`;
      return { words: words.overdue(letter.title, moment(letter.promisedFor), page.name), href };
    }
    case 'webhook_disabled':
      return {
        words: words.webhookDisabled(letter.url, page.name),
        href: `${console}/pages/${page.slug}/webhooks/`,
      };
  }
}
