/** One message to one person, as it goes out, and the ways out that there are. */
import type { MailBody } from './mail-body.ts';

export interface Mail {
  /** Of the delivery or the letter: decides the Message-ID, so that a repeat after a crash carries the same. */
  id: string;
  /** Name of the sender as readers see it; the address is the operator's. */
  fromName: string;
  to: string;
  subject: string;
  body: MailBody;
  /** Milliseconds: when it was decided that this is sent. */
  date: number;
  /** What the thread hangs on: an id, made into a Message-ID as its own is. Null: a thread of its own. */
  thread: string | null;
  /** Further headers, each of which stays on one line however long it is. */
  headers: Record<string, string>;
}

/** A way out: an SMTP server, or a folder. */
export interface MailWay {
  /** Connections at most. */
  readonly connections: number;
  /** @throws MailError */
  open(): Promise<MailConnection>;
}

export interface MailConnection {
  /** Whether a second mail can be sent over it. */
  readonly usable: boolean;
  /** Mails sent over it so far. */
  readonly sent: number;
  /** Resolves when the mail was taken over. @throws MailError */
  send(mail: Mail): Promise<void>;
  close(): void;
}
