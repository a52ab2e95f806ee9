/** From what has to be told to those who are told: letters in a lane of their own, so that they never wait behind a blast. */
import { randomUUID } from 'node:crypto';
import type { Store } from '../../db/transaction.ts';
import { messageOf } from '../domain/errors.ts';
import type { Secrets } from '../domain/secrets.ts';
import { type DeliveryRow, deliveryClaims, suppress } from '../notify/deliveries.ts';
import { EventMails } from '../notify/event-mail.ts';
import type { OutboxEvent } from '../notify/fan-out.ts';
import { type LetterRow, letterClaims, writeLetter } from '../notify/letters.ts';
import type { MailWay } from '../notify/mail.ts';
import type { PrintMail } from '../notify/print-mail.ts';
import { WayState } from '../notify/way-state.ts';
import { ClockSteps } from './clock-steps.ts';
import { FanOut } from './fan-out.ts';
import { MailLane } from './mail-lane.ts';
import { MessageSweep } from './message-sweep.ts';
import { persistently } from './persistently.ts';

/** Of the connections that there may be, those for letters alone. */
const LETTER_CONNECTIONS = 1;

export interface NotifierOptions {
  store: Store;
  secrets: Secrets;
  publicUrl: string;
  way: MailWay;
  print: PrintMail;
  /** True when the event's revision, or a later one, lies at all targets, as far as this process can know. */
  isPublished(event: OutboxEvent): Promise<boolean>;
  /** Called when there are deliveries for other channels too. */
  made(): void;
  /** True on a file database: whoever held a claim there is gone. */
  alone: boolean;
  now(): number;
  /** From 0 to 1. */
  chance(): number;
  log: {
    info(fields: object, text: string): void;
    warn(fields: object, text: string): void;
    error(fields: object, text: string): void;
  };
}

export class Notifier {
  readonly email: WayState;
  readonly letters: MailLane<LetterRow>;
  readonly mails: MailLane<DeliveryRow>;
  readonly fanOut: FanOut;
  #stopped = false;
  readonly #claims;
  readonly #workers: readonly { run(): Promise<void>; stop(): void }[];

  constructor(private readonly options: NotifierOptions) {
    const { store, now, chance, log } = options;
    const holder = randomUUID();
    const tools = { ...options, read: store.read };
    this.email = new WayState({ store, name: 'email', now, chance, log });
    const letters = letterClaims(holder, store, now);
    const mails = deliveryClaims(holder, store, now);
    this.#claims = [letters, mails];
    this.letters = new MailLane({
      ...{ name: 'letters', claims: letters, way: options.way, state: this.email, now, chance, log },
      connections: LETTER_CONNECTIONS,
      compose: (row) => writeLetter(tools, row),
    });
    const events = new EventMails(tools);
    this.mails = new MailLane({
      ...{ name: 'email', claims: mails, way: options.way, state: this.email, now, chance, log },
      connections: options.way.connections - LETTER_CONNECTIONS,
      compose: (row) => events.write(row),
      suppress: (row, symbol) => suppress(store, row.recipientId, symbol, now()),
    });
    this.fanOut = new FanOut({
      ...options,
      made: () => {
        this.mails.wake();
        options.made();
      },
    });
    this.#workers = [
      this.fanOut,
      this.letters,
      this.mails,
      new MessageSweep(options),
      new ClockSteps(options),
    ];
  }

  get stats() {
    return { letters: this.letters.stats, email: this.mails.stats };
  }

  /** Something happened. */
  wake(): void {
    this.fanOut.wake();
  }

  /** A letter was queued. */
  wakeLetters(): void {
    this.letters.wake();
  }

  /** Works until `stop`. */
  async run(): Promise<void> {
    // A database that is locked or away just now must not keep all mails back until the next start.
    await persistently(
      () => this.#begin(),
      (error) =>
        this.options.log.error({ error: messageOf(error) }, 'mails can not be begun with; it goes on'),
      () => this.#stopped,
    );
    await Promise.all(this.#workers.map((one) => one.run()));
  }

  async #begin(): Promise<void> {
    if (this.options.alone) for (const claims of this.#claims) await claims.freeAll();
    await this.email.look();
  }

  stop(): void {
    this.#stopped = true;
    for (const one of this.#workers) one.stop();
  }
}
