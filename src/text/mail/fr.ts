import type { MailWords } from '../mail-words.ts';

/** The words of mails in French. */
export const french: MailWords = {
  subject: (status, title) => `${status} : ${title}`,
  reopened: 'Rouvert',
  reminder: 'Rappel',
  planChanged: 'Calendrier modifié',
  statusNow: (status) => `L’état est maintenant : ${status}.`,
  planChangedText: 'Le calendrier de cette maintenance a changé.',
  reminderText: (start) => `Cette maintenance commence à ${start}.`,
  startedText: 'La maintenance a commencé.',
  completedText: 'La maintenance est terminée.',
  affected: 'Concerné',
  nextUpdate: 'Prochaine mise à jour',
  by: (time) => `avant ${time}`,
  planned: 'Prévu',
  earlier: 'Auparavant',
  seeIncident: 'Voir l’incident',
  seeMaintenance: 'Voir la maintenance',

  followsPage: (page) => `Vous recevez ce message parce que vous suivez la page d’état de ${page}.`,
  followsComponents: (components, page) =>
    `Vous recevez ce message parce que vous suivez ${components} sur la page d’état de ${page}.`,
  settings: 'Choisir ce que vous recevez',
  unsubscribe: 'Se désabonner',
  buttonFails: 'Si le bouton ne fonctionne pas, ouvrez cette adresse :',
  ignore: 'Si ce n’était pas vous, ne faites rien.',

  verify: (page) => ({
    subject: `Confirmez votre abonnement à ${page}`,
    paragraphs: [
      `Quelqu’un, sans doute vous, a demandé que les messages sur les incidents et les maintenances de ${page} soient envoyés à cette adresse.`,
      'Confirmez dans les 24 heures et vous les recevrez. Si ce n’était pas vous, ne faites rien : rien ne sera envoyé.',
    ],
    button: 'Confirmer',
  }),
  already: (page) => ({
    subject: `Vous suivez déjà ${page}`,
    paragraphs: [
      `Quelqu’un, sans doute vous, a demandé que les messages de ${page} soient envoyés à cette adresse. Elle les reçoit déjà, et rien n’a changé.`,
      'Regardez ce que vous recevez, et changez-le si vous le souhaitez.',
    ],
    button: 'Voir ce que je reçois',
  }),
  invitation: (by, organization, until) => ({
    subject: `Votre invitation à rejoindre ${organization}`,
    paragraphs: [
      by === null
        ? `Vous êtes invité à vous occuper des pages d’état de ${organization}.`
        : `${by} vous invite à vous occuper des pages d’état de ${organization}.`,
      `L’invitation est valable jusqu’au ${until}.`,
    ],
    button: 'Accepter l’invitation',
  }),
  passwordReset: (until) => ({
    subject: 'Choisissez un nouveau mot de passe',
    paragraphs: [
      'Quelqu’un, sans doute vous, a demandé un nouveau mot de passe pour cette adresse.',
      `Le lien sert une seule fois, jusqu’au ${until}. Si ce n’était pas vous, ne faites rien : votre mot de passe reste inchangé.`,
    ],
    button: 'Choisir un nouveau mot de passe',
  }),
  overdue: (title, time, page) => ({
    subject: `La mise à jour promise est en retard : ${title}`,
    paragraphs: [
      `La prochaine mise à jour de cet incident sur ${page} était promise pour ${time} et n’a pas été publiée.`,
      'Les lecteurs de la page voient la promesse. Publiez une mise à jour, ou promettez-en une plus tard.',
    ],
    button: 'Voir l’incident',
  }),
  webhookDisabled: (url, page) => ({
    subject: `Un webhook de ${page} a été désactivé`,
    paragraphs: [
      `Depuis plusieurs jours, aucun appel à ${url} n’a reçu de réponse ; il n’est donc plus appelé.`,
      'Réparez le destinataire, puis réactivez le webhook.',
    ],
    button: 'Voir les webhooks',
  }),
};
