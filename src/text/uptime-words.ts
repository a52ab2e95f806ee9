/** The words of the uptime pages. As those of a dictionary: no word holds a character that means something in HTML. */
import type { ByLanguage } from './dictionary.ts';
import { plural } from './plural.ts';

export interface UptimeWords {
  /** Of the overview, and in the navigation. */
  uptime: string;
  uptimeIn(month: string): string;
  description(page: string): string;
  /** Up to which day counts. */
  until(day: string): string;
  /** Which days of a month count. */
  daysCounted(days: string): string;
  nothingYet: string;
  /** The rule (contract, section 7), a sentence each. */
  rule(zone: string): string[];
  ruleTitle: string;
  /** Heads of columns. */
  component: string;
  days90: string;
  months12: string;
  sinceStart: string;
  /** Below a component's name. */
  countsFrom(day: string): string;
  lostTitle: string;
  nothingLost: string;
  /** Components without lost time, folded. */
  withoutLoss(count: number): string;
  /** What no incident explains. */
  withoutIncident: string;
  /** `1 hour of a major outage` */
  inMajor(length: string): string;
  inPartial(length: string): string;
  csv: string;
  monthly: string;
  follow: string;
}

const COMPONENTS = plural('en', { one: 'One component', other: '# components' });
const COMPOSANTS = plural('fr', { one: '# composant', other: '# composants' });

export const UPTIME_WORDS: ByLanguage<UptimeWords> = {
  en: {
    uptime: 'Uptime',
    uptimeIn: (month) => `Uptime in ${month}`,
    description: (page) => `The uptime of every component of ${page}, and what it was lost to.`,
    until: (day) => `Counted up to the end of ${day}.`,
    daysCounted: (days) => `Counted: ${days}.`,
    nothingYet: 'The first figures will stand here when the first day is over.',
    rule: (zone) => [
      `A day is a calendar day in ${zone}; only days that are over count.`,
      'Of a major outage all time is lost, of a partial outage 30 %, of degraded performance and maintenance none.',
      'A moment is put down to the incident that reported what was shown; if several did, to the first of them.',
      'Time before a component existed does not count. Figures are cut off, never rounded up.',
    ],
    ruleTitle: 'How it is counted',
    component: 'Component',
    days90: '90 days',
    months12: '12 months',
    sinceStart: 'Since start',
    countsFrom: (day) => `from ${day}`,
    lostTitle: 'What was lost',
    nothingLost: 'No uptime was lost.',
    withoutLoss: (count) => `${COMPONENTS(count)} without loss`,
    withoutIncident: 'Without an incident',
    inMajor: (length) => `${length} of major outage`,
    inPartial: (length) => `${length} of partial outage`,
    csv: 'As CSV',
    monthly: 'Month by month',
    follow: 'Follow',
  },
  de: {
    uptime: 'Verfügbarkeit',
    uptimeIn: (month) => `Verfügbarkeit im ${month}`,
    description: (page) => `Die Verfügbarkeit jeder Komponente von ${page}, und woran sie verloren ging.`,
    until: (day) => `Gezählt bis Ende ${day}.`,
    daysCounted: (days) => `Gezählt: ${days}.`,
    nothingYet: 'Die ersten Zahlen stehen hier, wenn der erste Tag vorbei ist.',
    rule: (zone) => [
      `Ein Tag ist ein Kalendertag in ${zone}; nur was vorbei ist, zählt.`,
      'Von einem Ausfall geht alle Zeit verloren, von einem Teilausfall 30 %, von verminderter Leistung und Wartung keine.',
      'Ein Moment wird der Störung angelastet, die meldete, was angezeigt war; waren es mehrere, der ersten.',
      'Zeit, bevor es eine Komponente gab, zählt nicht. Zahlen sind abgeschnitten, nie aufgerundet.',
    ],
    ruleTitle: 'Wie gezählt wird',
    component: 'Komponente',
    days90: '90 Tage',
    months12: '12 Monate',
    sinceStart: 'Seit Beginn',
    countsFrom: (day) => `ab ${day}`,
    lostTitle: 'Was verloren ging',
    nothingLost: 'Es ging keine Verfügbarkeit verloren.',
    withoutLoss: (count) => `${count === 1 ? 'Eine Komponente' : `${count} Komponenten`} ohne Verlust`,
    withoutIncident: 'Ohne Störungsmeldung',
    inMajor: (length) => `${length} Ausfall`,
    inPartial: (length) => `${length} Teilausfall`,
    csv: 'Als CSV',
    monthly: 'Monat für Monat',
    follow: 'Folgen',
  },
  fr: {
    uptime: 'Disponibilité',
    uptimeIn: (month) => `Disponibilité, ${month}`,
    description: (page) => `La disponibilité de chaque composant de ${page}, et ce qui l’a réduite.`,
    until: (day) => `Compté jusqu’à la fin du ${day}.`,
    daysCounted: (days) => `Compté\u00a0: ${days}.`,
    nothingYet: 'Les premiers chiffres seront ici quand le premier jour sera passé.',
    rule: (zone) => [
      `Un jour est un jour civil à ${zone}\u00a0; seuls comptent les jours passés.`,
      'D’une panne majeure, tout le temps est perdu, d’une panne partielle 30\u00a0%, d’une dégradation et d’une maintenance rien.',
      'Un moment est attribué à l’incident qui annonçait ce qui était affiché\u00a0; s’il y en a plusieurs, au premier.',
      'Le temps d’avant l’existence d’un composant ne compte pas. Les chiffres sont tronqués, jamais arrondis vers le haut.',
    ],
    ruleTitle: 'Comment c’est compté',
    component: 'Composant',
    days90: '90\u00a0jours',
    months12: '12\u00a0mois',
    sinceStart: 'Depuis le début',
    countsFrom: (day) => `à partir du ${day}`,
    lostTitle: 'Ce qui a été perdu',
    nothingLost: 'Aucune disponibilité n’a été perdue.',
    withoutLoss: (count) => `${COMPOSANTS(count)} sans perte`,
    withoutIncident: 'Sans incident',
    inMajor: (length) => `${length} de panne majeure`,
    inPartial: (length) => `${length} de panne partielle`,
    csv: 'En CSV',
    monthly: 'Mois par mois',
    follow: 'Suivre',
  },
  ar: {
    uptime: 'التوفر',
    uptimeIn: (month) => `التوفر في ${month}`,
    description: (page) => `توفر كل مكوّن من مكوّنات ${page}، وما الذي أنقصه.`,
    until: (day) => `محسوب حتى نهاية ${day}.`,
    daysCounted: (days) => `المحسوب: ${days}.`,
    nothingYet: 'ستظهر الأرقام الأولى هنا بعد انتهاء اليوم الأول.',
    rule: (zone) => [
      `اليوم يوم تقويمي في ${zone}، ولا تُحسب إلا الأيام المنتهية.`,
      'الانقطاع الكبير يُفقد الوقت كله، والجزئي 30 %، أما تراجع الأداء والصيانة فلا يُفقدان شيئًا.',
      'تُنسب كل لحظة إلى الحادث الذي أعلن ما كان معروضًا، وإن تعددت الحوادث فإلى أولها.',
      'لا يُحسب الوقت السابق لوجود المكوّن. الأرقام مقطوعة ولا تُقرَّب إلى أعلى أبدًا.',
    ],
    ruleTitle: 'كيف يُحسب',
    component: 'المكوّن',
    days90: '90 يومًا',
    months12: '12 شهرًا',
    sinceStart: 'منذ البداية',
    countsFrom: (day) => `من ${day}`,
    lostTitle: 'ما فُقد',
    nothingLost: 'لم يُفقد شيء من التوفر.',
    withoutLoss: (count) => `مكوّنات بلا فقد: ${count}`,
    withoutIncident: 'من دون حادث',
    inMajor: (length) => `انقطاع كبير: ${length}`,
    inPartial: (length) => `انقطاع جزئي: ${length}`,
    csv: 'بصيغة CSV',
    monthly: 'شهرًا بشهر',
    follow: 'متابعة',
  },
};
