/** The words of the pages for subscribers. As those of a dictionary: no word holds a character that means something in HTML. */
import type { ByLanguage } from './dictionary.ts';

export interface SubscribeWords {
  /** In the navigation, and above the form. */
  getUpdates: string;
  intro(page: string): string;
  email: string;
  what: string;
  everything: string;
  some: string;
  subscribe: string;
  confirmFirst: string;
  otherWays: string;
  sent: string;
  sentText: string;
  failed: string;
  failedText: string;
  toForm: string;
  verify: string;
  verifyText(address: string, page: string): string;
  confirm: string;
  verified: string;
  verifiedText(address: string, page: string): string;
  stale: string;
  staleText: string;
  unknown: string;
  unknownText: string;
  settings: string;
  settingsText(address: string, page: string): string;
  toSettings: string;
  save: string;
  saved: string;
  tickOne: string;
  /** Why nothing comes: the last component was deleted. */
  nothingLeft: string;
  /** The mailbox was unknown. */
  cameBack: string;
  hasLeft: string;
  again: string;
  unsubscribe: string;
  unsubscribeText(address: string, page: string): string;
  unsubscribed: string;
  unsubscribedText(address: string, page: string): string;
}

export const SUBSCRIBE_WORDS: ByLanguage<SubscribeWords> = {
  en: {
    getUpdates: 'Get updates',
    intro: (page) => `Incidents and maintenance of ${page}, by mail. Every mail has a link to leave.`,
    email: 'Email address',
    what: 'What to hear about',
    everything: 'Everything on this page',
    some: 'Only some components',
    subscribe: 'Subscribe',
    confirmFirst: 'First you get a mail with a link. Nothing changes before you open it.',
    otherWays: 'Other ways to follow',
    sent: 'Look into your mailbox',
    sentText:
      'If this address can be mailed, a message with a link is on its way. It holds for 24 hours. Where none comes, look into the folder for spam.',
    failed: 'That was not taken',
    failedText:
      'Look whether the address is complete, and whether a component is ticked if you want only some. After many tries, wait for an hour.',
    toForm: 'Back to the form',
    verify: 'Confirm your subscription',
    verifyText: (address, page) => `${address} will get mails about ${page}.`,
    confirm: 'Confirm',
    verified: 'You are subscribed',
    verifiedText: (address, page) => `${address} gets mails about ${page} from now on.`,
    stale: 'This link no longer holds',
    staleText: 'It has been used already, or is older than a day. Subscribe again to get a new one.',
    unknown: 'This link is not complete',
    unknownText: 'It may have been cut off. Open it from the mail again, or subscribe anew.',
    settings: 'What you receive',
    settingsText: (address, page) => `Mails about ${page} to ${address}.`,
    toSettings: 'Change what you receive',
    save: 'Save',
    saved: 'Saved.',
    tickOne: 'Tick at least one component, or choose everything.',
    nothingLeft:
      'The components that you followed were removed from this page, so nothing is sent to you. Choose others, or everything.',
    cameBack: 'Mails to this address came back, so none are sent. Subscribe again once it takes mail.',
    hasLeft: 'You have unsubscribed, and nothing is sent to you. To come back, subscribe again.',
    again: 'Subscribe again',
    unsubscribe: 'Unsubscribe',
    unsubscribeText: (address, page) => `${address} will get no more mails about ${page}.`,
    unsubscribed: 'You are unsubscribed',
    unsubscribedText: (address, page) => `${address} gets no more mails about ${page}.`,
  },
  de: {
    getUpdates: 'Abonnieren',
    intro: (page) => `Störungen und Wartungen von ${page}, per Mail. Jede Mail hat einen Link zum Abmelden.`,
    email: 'E-Mail-Adresse',
    what: 'Worüber Sie hören möchten',
    everything: 'Alles auf dieser Seite',
    some: 'Nur einzelne Komponenten',
    subscribe: 'Abonnieren',
    confirmFirst: 'Zuerst erhalten Sie eine Mail mit einem Link. Bevor Sie ihn öffnen, ändert sich nichts.',
    otherWays: 'Andere Wege, zu folgen',
    sent: 'Sehen Sie in Ihr Postfach',
    sentText:
      'Falls diese Adresse erreichbar ist, ist eine Nachricht mit einem Link unterwegs. Er gilt 24 Stunden. Kommt keine an, sehen Sie im Spam-Ordner nach.',
    failed: 'Das wurde nicht angenommen',
    failedText:
      'Prüfen Sie, ob die Adresse vollständig ist und, wenn Sie nur einzelne Komponenten möchten, ob eine angekreuzt ist. Nach vielen Versuchen warten Sie eine Stunde.',
    toForm: 'Zurück zum Formular',
    verify: 'Abonnement bestätigen',
    verifyText: (address, page) => `${address} erhält dann Mails zu ${page}.`,
    confirm: 'Bestätigen',
    verified: 'Sie haben abonniert',
    verifiedText: (address, page) => `${address} erhält ab jetzt Mails zu ${page}.`,
    stale: 'Dieser Link gilt nicht mehr',
    staleText:
      'Er wurde schon benutzt oder ist älter als ein Tag. Abonnieren Sie erneut, um einen neuen zu erhalten.',
    unknown: 'Dieser Link ist nicht vollständig',
    unknownText:
      'Vielleicht wurde er abgeschnitten. Öffnen Sie ihn noch einmal aus der Mail, oder abonnieren Sie neu.',
    settings: 'Was Sie erhalten',
    settingsText: (address, page) => `Mails zu ${page} an ${address}.`,
    toSettings: 'Ändern, was Sie erhalten',
    save: 'Speichern',
    saved: 'Gespeichert.',
    tickOne: 'Kreuzen Sie mindestens eine Komponente an, oder wählen Sie alles.',
    nothingLeft:
      'Die Komponenten, denen Sie folgten, wurden von dieser Seite entfernt; deshalb erhalten Sie nichts. Wählen Sie andere, oder alles.',
    cameBack:
      'Mails an diese Adresse kamen zurück, deshalb werden keine gesendet. Abonnieren Sie erneut, sobald sie Mails annimmt.',
    hasLeft: 'Sie haben sich abgemeldet und erhalten nichts. Um zurückzukommen, abonnieren Sie erneut.',
    again: 'Erneut abonnieren',
    unsubscribe: 'Abmelden',
    unsubscribeText: (address, page) => `${address} erhält dann keine Mails mehr zu ${page}.`,
    unsubscribed: 'Sie sind abgemeldet',
    unsubscribedText: (address, page) => `${address} erhält keine Mails mehr zu ${page}.`,
  },
  fr: {
    getUpdates: 'Être informé',
    intro: (page) =>
      `Les incidents et les maintenances de ${page}, par e-mail. Chaque message contient un lien de désabonnement.`,
    email: 'Adresse e-mail',
    what: 'Ce que vous voulez suivre',
    everything: 'Toute la page',
    some: 'Certains composants seulement',
    subscribe: 'S’abonner',
    confirmFirst:
      'Vous recevez d’abord un message avec un lien. Rien ne change tant que vous ne l’avez pas ouvert.',
    otherWays: 'Autres façons de suivre',
    sent: 'Consultez votre messagerie',
    sentText:
      'Si cette adresse peut recevoir du courrier, un message avec un lien est en route. Il est valable 24 heures. S’il n’arrive pas, regardez dans les indésirables.',
    failed: 'La demande n’a pas été acceptée',
    failedText:
      'Vérifiez que l’adresse est complète et, si vous ne voulez que certains composants, qu’il y en a un de coché. Après de nombreux essais, attendez une heure.',
    toForm: 'Retour au formulaire',
    verify: 'Confirmez votre abonnement',
    verifyText: (address, page) => `${address} recevra les messages concernant ${page}.`,
    confirm: 'Confirmer',
    verified: 'Vous êtes abonné',
    verifiedText: (address, page) => `${address} reçoit désormais les messages concernant ${page}.`,
    stale: 'Ce lien n’est plus valable',
    staleText:
      'Il a déjà servi ou date de plus d’un jour. Abonnez-vous de nouveau pour en recevoir un autre.',
    unknown: 'Ce lien n’est pas complet',
    unknownText:
      'Il a peut-être été coupé. Ouvrez-le de nouveau depuis le message, ou abonnez-vous à nouveau.',
    settings: 'Ce que vous recevez',
    settingsText: (address, page) => `Messages concernant ${page}, envoyés à ${address}.`,
    toSettings: 'Modifier ce que vous recevez',
    save: 'Enregistrer',
    saved: 'Enregistré.',
    tickOne: 'Cochez au moins un composant, ou choisissez toute la page.',
    nothingLeft:
      'Les composants que vous suiviez ont été retirés de cette page : rien ne vous est envoyé. Choisissez-en d’autres, ou toute la page.',
    cameBack:
      'Les messages à cette adresse sont revenus : plus rien n’est envoyé. Abonnez-vous de nouveau quand elle recevra du courrier.',
    hasLeft: 'Vous êtes désabonné et rien ne vous est envoyé. Pour revenir, abonnez-vous de nouveau.',
    again: 'S’abonner de nouveau',
    unsubscribe: 'Se désabonner',
    unsubscribeText: (address, page) => `${address} ne recevra plus de messages concernant ${page}.`,
    unsubscribed: 'Vous êtes désabonné',
    unsubscribedText: (address, page) => `${address} ne reçoit plus de messages concernant ${page}.`,
  },
  ar: {
    getUpdates: 'تلقّي التحديثات',
    intro: (page) => `حوادث ${page} وأعمال صيانتها عبر البريد. في كل رسالة رابط لإلغاء الاشتراك.`,
    email: 'عنوان البريد الإلكتروني',
    what: 'ما تريد متابعته',
    everything: 'كل ما في هذه الصفحة',
    some: 'بعض المكوّنات فقط',
    subscribe: 'اشتراك',
    confirmFirst: 'تصلك أولاً رسالة فيها رابط، ولا يتغيّر شيء قبل أن تفتحه.',
    otherWays: 'طرق أخرى للمتابعة',
    sent: 'تحقّق من بريدك',
    sentText:
      'إن كان هذا العنوان يستقبل البريد فقد أُرسلت إليه رسالة فيها رابط صالح لمدة 24 ساعة. إن لم تصل فابحث في مجلد الرسائل غير المرغوب فيها.',
    failed: 'لم يُقبل الطلب',
    failedText:
      'تأكّد من اكتمال العنوان، ومن تحديد مكوّن واحد على الأقل إن كنت تريد بعضها فقط. بعد محاولات كثيرة انتظر ساعة.',
    toForm: 'العودة إلى النموذج',
    verify: 'أكّد اشتراكك',
    verifyText: (address, page) => `سيتلقّى ${address} رسائل عن ${page}.`,
    confirm: 'تأكيد',
    verified: 'تم الاشتراك',
    verifiedText: (address, page) => `يتلقّى ${address} من الآن رسائل عن ${page}.`,
    stale: 'لم يعد هذا الرابط صالحاً',
    staleText: 'استُخدم من قبل أو مضى عليه أكثر من يوم. اشترك مجدداً لتحصل على رابط جديد.',
    unknown: 'هذا الرابط غير مكتمل',
    unknownText: 'ربما اقتُطع جزء منه. افتحه من الرسالة مرة أخرى أو اشترك من جديد.',
    settings: 'ما يصلك',
    settingsText: (address, page) => `رسائل عن ${page} إلى ${address}.`,
    toSettings: 'تغيير ما يصلك',
    save: 'حفظ',
    saved: 'تم الحفظ.',
    tickOne: 'حدّد مكوّناً واحداً على الأقل أو اختر كل شيء.',
    nothingLeft:
      'أُزيلت المكوّنات التي كنت تتابعها من هذه الصفحة، ولذلك لا يُرسل إليك شيء. اختر غيرها أو اختر كل شيء.',
    cameBack: 'ارتدّت الرسائل المرسلة إلى هذا العنوان، ولذلك لا يُرسل شيء. اشترك مجدداً حين يستقبل البريد.',
    hasLeft: 'لقد ألغيت اشتراكك ولا يُرسل إليك شيء. للعودة اشترك من جديد.',
    again: 'الاشتراك من جديد',
    unsubscribe: 'إلغاء الاشتراك',
    unsubscribeText: (address, page) => `لن يتلقّى ${address} رسائل أخرى عن ${page}.`,
    unsubscribed: 'أُلغي اشتراكك',
    unsubscribedText: (address, page) => `لا يتلقّى ${address} رسائل أخرى عن ${page}.`,
  },
};
