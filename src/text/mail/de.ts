import type { MailWords } from '../mail-words.ts';

/** The words of mails in German. */
export const german: MailWords = {
  subject: (status, title) => `${status}: ${title}`,
  reopened: 'Wieder geöffnet',
  reminder: 'Erinnerung',
  planChanged: 'Plan geändert',
  statusNow: (status) => `Der Stand ist jetzt: ${status}.`,
  planChangedText: 'Der Plan dieser Wartung hat sich geändert.',
  reminderText: (start) => `Diese Wartung beginnt um ${start}.`,
  startedText: 'Die Wartung hat begonnen.',
  completedText: 'Die Wartung ist abgeschlossen.',
  affected: 'Betroffen',
  nextUpdate: 'Nächste Meldung',
  by: (time) => `bis ${time}`,
  planned: 'Geplant',
  earlier: 'Davor',
  seeIncident: 'Zum Vorfall',
  seeMaintenance: 'Zur Wartung',

  followsPage: (page) => `Sie erhalten diese Nachricht, weil Sie der Statusseite von ${page} folgen.`,
  followsComponents: (components, page) =>
    `Sie erhalten diese Nachricht, weil Sie auf der Statusseite von ${page} folgenden Komponenten folgen: ${components}.`,
  settings: 'Auswählen, was Sie erhalten',
  unsubscribe: 'Abbestellen',
  buttonFails: 'Falls die Schaltfläche nicht funktioniert, öffnen Sie diese Adresse:',
  ignore: 'Waren Sie das nicht, so müssen Sie nichts tun.',

  verify: (page) => ({
    subject: `Bestätigen Sie Ihr Abonnement von ${page}`,
    paragraphs: [
      `Jemand, vermutlich Sie, möchte Nachrichten über Vorfälle und Wartungen von ${page} an diese Adresse.`,
      'Bestätigen Sie das innerhalb von 24 Stunden, dann erhalten Sie sie. Waren Sie es nicht, so müssen Sie nichts tun: Es wird nichts gesendet.',
    ],
    button: 'Bestätigen',
  }),
  already: (page) => ({
    subject: `Sie folgen ${page} bereits`,
    paragraphs: [
      `Jemand, vermutlich Sie, möchte Nachrichten über ${page} an diese Adresse. Sie erhält sie bereits, und nichts hat sich geändert.`,
      'Sehen Sie nach, was Sie erhalten, und ändern Sie es, wenn Sie möchten.',
    ],
    button: 'Ansehen, was ich erhalte',
  }),
  invitation: (by, organization, until) => ({
    subject: `Ihre Einladung zu ${organization}`,
    paragraphs: [
      by === null
        ? `Sie sind eingeladen, die Statusseiten von ${organization} zu betreuen.`
        : `${by} lädt Sie ein, die Statusseiten von ${organization} zu betreuen.`,
      `Die Einladung gilt bis ${until}.`,
    ],
    button: 'Einladung annehmen',
  }),
  passwordReset: (until) => ({
    subject: 'Wählen Sie ein neues Passwort',
    paragraphs: [
      'Jemand, vermutlich Sie, hat für diese Adresse ein neues Passwort verlangt.',
      `Der Link gilt einmal, bis ${until}. Waren Sie es nicht, so müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.`,
    ],
    button: 'Neues Passwort wählen',
  }),
  overdue: (title, time, page) => ({
    subject: `Die versprochene Meldung ist überfällig: ${title}`,
    paragraphs: [
      `Die nächste Meldung zu diesem Vorfall auf ${page} war für ${time} versprochen und ist nicht erschienen.`,
      'Wer die Seite liest, sieht das Versprechen. Schreiben Sie eine Meldung, oder versprechen Sie eine spätere.',
    ],
    button: 'Zum Vorfall',
  }),
  webhookDisabled: (url, page) => ({
    subject: `Ein Webhook von ${page} wurde abgeschaltet`,
    paragraphs: [
      `Seit Tagen wurde kein Aufruf von ${url} beantwortet. Er wird darum nicht mehr aufgerufen.`,
      'Bringen Sie den Empfänger in Ordnung, und schalten Sie den Webhook wieder ein.',
    ],
    button: 'Zu den Webhooks',
  }),
};
