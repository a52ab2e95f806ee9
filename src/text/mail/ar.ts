import type { MailWords } from '../mail-words.ts';

/** The words of mails in Arabic. */
export const arabic: MailWords = {
  subject: (status, title) => `${status}: ${title}`,
  reopened: 'أُعيد فتحه',
  reminder: 'تذكير',
  planChanged: 'تغيّر الموعد',
  statusNow: (status) => `الحالة الآن: ${status}.`,
  planChangedText: 'تغيّر موعد هذه الصيانة.',
  reminderText: (start) => `تبدأ هذه الصيانة في ${start}.`,
  startedText: 'بدأت الصيانة.',
  completedText: 'اكتملت الصيانة.',
  affected: 'المتأثر',
  nextUpdate: 'التحديث القادم',
  by: (time) => `قبل ${time}`,
  planned: 'الموعد المخطط',
  earlier: 'قبل ذلك',
  seeIncident: 'عرض الحادث',
  seeMaintenance: 'عرض الصيانة',

  followsPage: (page) => `تصلك هذه الرسالة لأنك تتابع صفحة حالة ${page}.`,
  followsComponents: (components, page) => `تصلك هذه الرسالة لأنك تتابع ${components} في صفحة حالة ${page}.`,
  settings: 'اختيار ما يصلك',
  unsubscribe: 'إلغاء الاشتراك',
  buttonFails: 'إذا لم يعمل الزر فافتح هذا العنوان:',
  ignore: 'إذا لم تكن أنت من طلب ذلك فلا تفعل شيئًا.',

  verify: (page) => ({
    subject: `أكّد اشتراكك في ${page}`,
    paragraphs: [
      `طلب أحدهم، وربما أنت، إرسال رسائل عن حوادث ${page} وصيانتها إلى هذا العنوان.`,
      'أكّد ذلك خلال 24 ساعة لتصلك الرسائل. إذا لم تكن أنت من طلب ذلك فلا تفعل شيئًا، ولن يُرسل شيء.',
    ],
    button: 'تأكيد',
  }),
  already: (page) => ({
    subject: `أنت تتابع ${page} بالفعل`,
    paragraphs: [
      `طلب أحدهم، وربما أنت، إرسال رسائل عن ${page} إلى هذا العنوان. الرسائل تصله بالفعل، ولم يتغير شيء.`,
      'اطّلع على ما يصلك وغيّره إن شئت.',
    ],
    button: 'عرض ما يصلني',
  }),
  invitation: (by, organization, until) => ({
    subject: `دعوتك إلى ${organization}`,
    paragraphs: [
      by === null
        ? `أنت مدعو إلى إدارة صفحات حالة ${organization}.`
        : `يدعوك ${by} إلى إدارة صفحات حالة ${organization}.`,
      `الدعوة صالحة حتى ${until}.`,
    ],
    button: 'قبول الدعوة',
  }),
  passwordReset: (until) => ({
    subject: 'اختر كلمة مرور جديدة',
    paragraphs: [
      'طلب أحدهم، وربما أنت، كلمة مرور جديدة لهذا العنوان.',
      `يعمل الرابط مرة واحدة حتى ${until}. إذا لم تكن أنت من طلب ذلك فلا تفعل شيئًا، وتبقى كلمة مرورك كما هي.`,
    ],
    button: 'اختيار كلمة مرور جديدة',
  }),
  overdue: (title, time, page) => ({
    subject: `تأخر التحديث الموعود: ${title}`,
    paragraphs: [
      `كان التحديث القادم لهذا الحادث في ${page} موعودًا في ${time} ولم يُنشر.`,
      'يرى قراء الصفحة هذا الوعد. انشر تحديثًا، أو حدّد موعدًا لاحقًا.',
    ],
    button: 'عرض الحادث',
  }),
  webhookDisabled: (url, page) => ({
    subject: `أُوقف خطاف ويب في ${page}`,
    paragraphs: [
      `لم يُجب أي نداء إلى ${url} منذ أيام، ولذلك لم يعد يُنادى.`,
      'أصلح المستقبِل ثم شغّل الخطاف من جديد.',
    ],
    button: 'عرض الخطافات',
  }),
};
