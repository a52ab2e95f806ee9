/**
 * What a failed attempt means. A delivery keeps a symbol, never the server's words: those may hold an address, and say
 * little to whoever reads a list.
 */

/**
 * `way`: whoever runs the mail server has to look, or it is away: nothing else would go through either.
 * `later`: this mail, or this moment: it is tried again.
 * `never`: this mail will not be taken.
 */
export type Verdict = 'way' | 'later' | 'never';

export class MailError extends Error {
  constructor(
    readonly verdict: Verdict,
    /** Like `connection_timeout`, `mailbox_unknown`. */
    readonly symbol: string,
    /** The address takes no mail at all: nothing more is sent there. */
    readonly suppress = false,
    /** The server's code, for the log. */
    readonly code: number | null = null,
  ) {
    super(code === null ? symbol : `${symbol} (${code})`);
  }
}

/** Where in the conversation it failed. */
export type Step = 'connect' | 'greeting' | 'tls' | 'auth' | 'sender' | 'recipient' | 'data';

const REFUSED: Record<Step, string> = {
  connect: 'connection_refused',
  greeting: 'greeting_refused',
  tls: 'tls_failed',
  auth: 'authentication_refused',
  sender: 'sender_refused',
  recipient: 'recipient_refused',
  data: 'message_refused',
};

/** Enhanced codes (RFC 3463, section 3.2; RFC 7505) that say that there is no such mailbox. */
const NO_MAILBOX: Record<string, string> = {
  '5.1.1': 'mailbox_unknown',
  '5.1.2': 'domain_unknown',
  '5.1.3': 'address_invalid',
  '5.1.6': 'mailbox_moved',
  '5.1.10': 'domain_takes_no_mail',
};

/**
 * What a server's refusal means (RFC 5321, section 4.2.1).
 *
 * 1. 4xx is for later: before a mail was named it is the way that is closed, after that it is this mail.
 * 2. 5xx at greeting, TLS, AUTH or MAIL FROM is for whoever runs the server: it would be the same for every mail. But not
 *    a sender refused for the size of one message.
 * 3. An address is given up at RCPT TO alone, and for 5.1.x alone: 5.7.1 and the like are opinions of the day.
 */
export function refusal(step: Step, code: number, reply: string): MailError {
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(reply)?.[1] ?? '';
  if (code < 500) {
    const early = step === 'connect' || step === 'greeting' || step === 'tls' || step === 'auth';
    return new MailError(early ? 'way' : 'later', 'server_busy', false, code);
  }
  if (enhanced === '5.3.4' || (code === 552 && step !== 'recipient' && enhanced !== '5.2.2'))
    return new MailError('never', 'message_too_large', false, code);
  if (step === 'recipient') {
    if (/^5\.1\.\d/.test(enhanced))
      return new MailError('never', NO_MAILBOX[enhanced] ?? 'mailbox_unknown', true, code);
    const full = enhanced === '5.2.2' || code === 552;
    return new MailError('never', full ? 'mailbox_full' : REFUSED.recipient, false, code);
  }
  return new MailError(step === 'data' ? 'never' : 'way', REFUSED[step], false, code);
}

/** What it means that no answer came: what is lost before a mail was named closes the way. */
export function silence(step: Step, cause: 'timeout' | 'closed' | 'unknown_host' | 'refused'): MailError {
  const symbols = {
    timeout: 'connection_timeout',
    closed: 'connection_lost',
    unknown_host: 'host_unknown',
    refused: 'connection_refused',
  };
  const named = step === 'sender' || step === 'recipient' || step === 'data';
  return new MailError(named ? 'later' : 'way', symbols[cause]);
}
