/** The notifier, with the way out that the configuration names. */
import { isIP } from 'node:net';
import type { Store } from '../../db/transaction.ts';
import type { Config } from '../config.ts';
import type { Secrets } from '../domain/secrets.ts';
import type { MailWay } from '../notify/mail.ts';
import { MailFolder } from '../notify/mail-folder.ts';
import { inlined } from '../notify/print-mail.ts';
import { Smtp } from '../notify/smtp.ts';
import type { PrintPage } from '../render/renderer.ts';
import { Notifier, type NotifierOptions } from '../worker/notifier.ts';

export interface MailingOptions {
  config: Config;
  store: Store;
  secrets: Secrets;
  printPage: PrintPage;
  isPublished: NotifierOptions['isPublished'];
  made(): void;
  now(): number;
  log: NotifierOptions['log'];
}

export function createNotifier(options: MailingOptions): Notifier {
  const { config, store, secrets, printPage, isPublished, made, now, log } = options;
  return new Notifier({
    ...{ store, secrets, isPublished, made, now, log },
    publicUrl: config.publicUrl,
    way: wayOf(config),
    print: async (mail) => inlined(await printPage('/render/mail', { kind: 'mail', mail }, String)),
    alone: config.databaseUrl.startsWith('file:'),
    chance: Math.random,
  });
}

function wayOf({ mail, dataDir, publicUrl }: Config): MailWay {
  const { smtp, from, dkim } = mail;
  if (!smtp) return new MailFolder(`${dataDir}/outbox`, { from, dkim });
  const { hostname } = new URL(publicUrl);
  // Servers look twice at a name that is none.
  const helo = isIP(hostname) === 0 && hostname.includes('.') ? hostname : undefined;
  return new Smtp({ ...smtp, helo }, { from, dkim });
}
