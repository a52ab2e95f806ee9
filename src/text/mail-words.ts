/**
 * The words of mails. As in a page's dictionary: whole sentences, their parts handed in, and no character that means
 * something in HTML.
 */
import { type ByLanguage, inLanguage } from './dictionary.ts';
import { arabic } from './mail/ar.ts';
import { german } from './mail/de.ts';
import { english } from './mail/en.ts';
import { french } from './mail/fr.ts';

/** What a letter says: a subject, which is its heading too, paragraphs, and the words on its button. */
export interface LetterWords {
  subject: string;
  paragraphs: string[];
  button: string;
}

export interface MailWords {
  /** `Identified: Block storage does not answer` */
  subject(status: string, title: string): string;
  reopened: string;
  reminder: string;
  planChanged: string;
  /** What is said where an update has no text: `The status is now: Identified.` */
  statusNow(status: string): string;
  planChangedText: string;
  reminderText(start: string): string;
  startedText: string;
  completedText: string;
  affected: string;
  nextUpdate: string;
  /** `by 15:20 UTC` */
  by(time: string): string;
  planned: string;
  /** Above the text of updates that were overtaken before they could be sent. */
  earlier: string;
  seeIncident: string;
  seeMaintenance: string;

  /** Why one gets this. */
  followsPage(page: string): string;
  followsComponents(components: string, page: string): string;
  settings: string;
  unsubscribe: string;
  /** For who has no button: `If the button does not work:` */
  buttonFails: string;
  ignore: string;

  verify(page: string): LetterWords;
  already(page: string): LetterWords;
  invitation(by: string | null, organization: string, until: string): LetterWords;
  passwordReset(until: string): LetterWords;
  overdue(title: string, time: string, page: string): LetterWords;
  webhookDisabled(url: string, page: string): LetterWords;
}

const all: ByLanguage<MailWords> = { en: english, de: german, fr: french, ar: arabic };

/** The words of mails in a language (BCP 47). */
export function mailWordsFor(language: string): MailWords {
  return inLanguage(all, language);
}
