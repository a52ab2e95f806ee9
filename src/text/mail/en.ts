import type { MailWords } from '../mail-words.ts';

/** The words of mails in English. */
export const english: MailWords = {
  subject: (status, title) => `${status}: ${title}`,
  reopened: 'Reopened',
  reminder: 'Reminder',
  planChanged: 'Plan changed',
  statusNow: (status) => `The status is now: ${status}.`,
  planChangedText: 'The plan of this maintenance has changed.',
  reminderText: (start) => `This maintenance starts at ${start}.`,
  startedText: 'The maintenance has started.',
  completedText: 'The maintenance is complete.',
  affected: 'Affected',
  nextUpdate: 'Next update',
  by: (time) => `by ${time}`,
  planned: 'Planned',
  earlier: 'Before that',
  seeIncident: 'See the incident',
  seeMaintenance: 'See the maintenance',

  followsPage: (page) => `You get this because you follow the ${page} status page.`,
  followsComponents: (components, page) =>
    `You get this because you follow ${components} on the ${page} status page.`,
  settings: 'Choose what you get',
  unsubscribe: 'Unsubscribe',
  buttonFails: 'If the button does not work, open this address:',
  ignore: 'If this was not you, do nothing.',

  verify: (page) => ({
    subject: `Confirm your subscription to ${page}`,
    paragraphs: [
      `Somebody, probably you, asked for mails about incidents and maintenance of ${page} to this address.`,
      'Confirm within 24 hours, and you get them from then on. If it was not you, do nothing: nothing is sent.',
    ],
    button: 'Confirm',
  }),
  already: (page) => ({
    subject: `You follow ${page} already`,
    paragraphs: [
      `Somebody, probably you, asked for mails about ${page} to this address. It gets them already, and nothing has changed.`,
      'See what you get, and change it if you like.',
    ],
    button: 'See what I get',
  }),
  invitation: (by, organization, until) => ({
    subject: `Your invitation to ${organization}`,
    paragraphs: [
      by === null
        ? `You are invited to look after the status pages of ${organization}.`
        : `${by} invites you to look after the status pages of ${organization}.`,
      `The invitation is good until ${until}.`,
    ],
    button: 'Accept the invitation',
  }),
  passwordReset: (until) => ({
    subject: 'Choose a new password',
    paragraphs: [
      'Somebody, probably you, asked for a new password for this address.',
      `The link works once, until ${until}. If it was not you, do nothing: your password stays as it is.`,
    ],
    button: 'Choose a new password',
  }),
  overdue: (title, time, page) => ({
    subject: `The promised update is overdue: ${title}`,
    paragraphs: [
      `The next update of this incident on ${page} was promised for ${time}, and has not been posted.`,
      'Readers of the page see the promise. Post an update, or promise a later one.',
    ],
    button: 'See the incident',
  }),
  webhookDisabled: (url, page) => ({
    subject: `A webhook of ${page} was switched off`,
    paragraphs: [
      `For days no call to ${url} was answered, so it is no longer called.`,
      'Mend the receiver, then switch the webhook on again.',
    ],
    button: 'See the webhooks',
  }),
};
