import type { Dictionary } from '../dictionary.ts';
import { plural } from '../plural.ts';

const openFirst = plural('fr', {
  one: '# incident en cours,',
  other: '# incidents en cours, le premier',
});
const components = plural('fr', { one: '# composant', other: '# composants' });
const affectedOnes = plural('fr', { one: '# composant touché', other: '# composants touchés' });
const touched = plural('fr', { one: '# touché', other: '# touchés' });
const working = plural('fr', { one: '# opérationnel', other: '# opérationnels' });
const more = plural('fr', { one: 'et # autre', other: 'et # autres' });

/** The words of a page in French. Before `:` stands a space that does not break. */
export const french: Dictionary = {
  language: 'fr',
  name: 'Français',
  direction: 'ltr',
  comma: ', ',
  pair: (name, value) => `${name}\u00a0: ${value}`,
  headline: {
    operational: 'Tous les systèmes sont opérationnels',
    under_maintenance: 'En maintenance',
    degraded_performance: 'Performances dégradées',
    partial_outage: 'Panne partielle',
    major_outage: 'Panne majeure',
    incident_open: 'Incident en cours',
    nothing_listed: 'Rien n’est encore répertorié',
  },
  componentStatus: {
    operational: 'Opérationnel',
    under_maintenance: 'En maintenance',
    degraded_performance: 'Performances dégradées',
    partial_outage: 'Panne partielle',
    major_outage: 'Panne majeure',
  },
  incidentStatus: {
    investigating: 'En cours d’analyse',
    identified: 'Cause identifiée',
    monitoring: 'Sous surveillance',
    resolved: 'Résolu',
  },
  maintenanceStatus: {
    scheduled: 'Prévue',
    in_progress: 'En cours',
    verifying: 'En vérification',
    completed: 'Terminée',
    cancelled: 'Annulée',
  },
  impact: { none: '', minor: 'Impact mineur', major: 'Impact majeur', critical: 'Impact critique' },

  affected: (affected, all) => `${affectedOnes(affected)} sur ${all}.`,
  maintained: (maintained, all) => `${components(maintained)} en maintenance sur ${all}.`,
  openIncidents: (count, since) => `${openFirst(count)} depuis ${since}.`,
  nothingOpen: 'Aucun incident en cours.',
  lastIncident: (day) => `Le dernier incident s’est terminé le ${day}.`,
  nothingListed: 'Les composants de cette page figureront ici dès que le premier sera ajouté.',

  since: (time) => `depuis ${time}`,
  openSince: (time) => `En cours depuis ${time}`,
  inProgressSince: (time) => `En cours depuis ${time}`,
  plannedUntil: (time) => `prévue jusqu’à ${time}`,
  overrunning: 'Dure plus longtemps que prévu.',
  nextUpdate: (time) => `Prochaine information avant ${time}.`,
  edited: (time) => `Modifié\u00a0: ${time}`,
  resolvedAfter: (length) => `Résolu en ${length}.`,
  completedAfter: (length) => `Terminée en ${length}.`,
  completed: 'Terminée.',
  cancelled: 'Annulée.',

  groupAffected: (affected, all) => `${touched(affected)} sur ${all}`,
  groupMaintained: (maintained, all) => `${maintained} sur ${all} en maintenance`,
  groupOperational: (all) => working(all),
  uptime: (percent) => `${percent} des 90 derniers jours.`,
  noUptime: 'Rien n’a encore été compté.',
  badDays: (status, days) => `${status}\u00a0: ${days}.`,
  more: (count) => more(count),

  script: {
    updated: (what) => `Mise à jour\u00a0: ${what}`,
    unreachable: (time, ago) =>
      `Le serveur est injoignable. Cette page montre l’état connu à ${time}, ${ago}.`,
    allDays: 'Tous les jours perturbés',
    day: 'Jour',
    noTrouble: 'Aucune perturbation au cours des 90 derniers jours.',
    close: 'Fermer',
  },

  home: 'État',
  history: 'Historique',
  api: 'API',
  navigation: 'Page',
  languages: 'Langues',
  skip: 'Aller au contenu',
  now: 'En ce moment',
  planned: 'À venir',
  components: 'Composants',
  recent: 'Les 14 derniers jours',
  quiet: 'Calme.',
  moreOpen: 'Également en cours',
  updates: 'Informations',
  postmortem: 'Retour d’expérience',
  incident: 'Incident',
  maintenance: 'Maintenance',
  from: 'Depuis',
  time: 'Période',
  lasted: 'Durée',
  status: 'État',
  impactLabel: 'Impact',
  plan: 'Prévu',
  published: (clock, day) => `Publié à ${clock}, le ${day}`,
  feeds: 'Flux',
  rss: 'RSS',
  atom: 'Atom',
  calendar: 'Calendrier',
  json: 'JSON',
  feedTitle: (page) => `${page}\u00a0: incidents et maintenances`,

  historyDescription: (page) => `Ce qui s’est passé chez ${page}, mois par mois.`,
  allOf: (month) => `Tout ${month}`,
  allMonths: 'Tous les mois',
  older: 'Avant',
  newer: 'Après',
  quietMonth: (month) => `Mois calme (${month})\u00a0: ni incident ni maintenance.`,
  quietMonths: 'Ni incident ni maintenance au cours des trois derniers mois.',

  notFound: 'Il n’y a rien à cette adresse',
  notFoundText: 'Elle contient peut-être une faute de frappe, ou ce qui s’y trouvait a été retiré.',
  toStatus: 'Voir l’état actuel',
  moved: 'Cette page a déménagé',
  movedText: (page, address) => `La page d’état de ${page} se trouve désormais à l’adresse ${address}.`,
};
