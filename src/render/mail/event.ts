/** What happened on a page, as a mail: what, since when, what is affected, what is next, one button. */
import type { Incident, MaintenanceWindow, Update } from '../../domain/records.ts';
import {
  type ComponentStatus,
  type IncidentStatus,
  type MaintenanceStatus,
  worstOf,
} from '../../domain/status.ts';
import { type Dates, datesFor } from '../../text/dates.ts';
import { type Dictionary, dictionaryFor } from '../../text/dictionary.ts';
import { duration } from '../../text/duration.ts';
import { escapeHtml } from '../../text/escape-html.ts';
import { type MailWords, mailWordsFor } from '../../text/mail-words.ts';
import { markdownToText, renderMarkdown } from '../../text/markdown.ts';
import { paths } from '../paths.ts';
import { summaryOf } from '../view/context.ts';
import { markOfImpact } from '../view/mark.ts';
import type { WrittenMail } from './letter.ts';
import { brandOf, type MailPage, type MailView, mailText } from './view.ts';

/** What stands where each reader's own words go. */
export interface Placeholders {
  token: string;
  reason: string;
}

export interface EventMail {
  page: MailPage;
  /** Updates that were overtaken before they could be sent, by id. */
  earlier: readonly string[];
  /** When it happened (ms): moments of this day are told without a date. */
  at: number;
  places: Placeholders;
}

/** So many components are named. */
const NAMED = 24;
const TOP_HEADING = 3;

interface Told {
  label: string;
  line: string;
  status: ComponentStatus;
  /** Markdown, or what is said where there is none. */
  body: string;
  facts: MailView['facts'];
  earlier: { label: string; body: string }[];
  button: MailView['button'];
}

/**
 * @param incident as it stood with the update that is told: its newest one
 * @param isLast false when there are later ones by now
 */
export function incidentMail(incident: Incident, isLast: boolean, mail: EventMail): WrittenMail {
  const { words, mailWords, dates } = languageOf(mail.page);
  const [update, before] = incident.updates as [Incident['updates'][0], Incident['updates'][0]?];
  const { status } = update;
  const resolved = status === 'resolved';
  const worst = worstOf(incident.components.map((one) => one.status));
  const reopened = before?.status === 'resolved' && !resolved;
  const label = reopened ? mailWords.reopened : words.incidentStatus[status];
  const since = words.since(dates.moment(incident.startedAt, mail.at));
  const severity = worst === 'operational' ? words.impact[incident.impact] : words.componentStatus[worst];
  const end = incident.resolvedAt ?? update.createdAt;
  const next = isLast && !resolved ? incident.nextUpdateAt : null;
  return write(mail, incident.title, {
    label,
    line: resolved
      ? words.resolvedAfter(duration(end - incident.startedAt, words.language))
      : dotted(words.incidentStatus[status], severity, since),
    status: resolved ? 'operational' : worst === 'operational' ? markOfImpact(incident.impact) : worst,
    body: update.body === '' ? mailWords.statusNow(words.incidentStatus[status]) : update.body,
    facts: [
      affected(incident.components, words, mailWords),
      fact(mailWords.nextUpdate, next === null ? '' : mailWords.by(dates.moment(next, mail.at))),
    ],
    earlier: earlierOf(
      incident.updates.slice(1),
      mail,
      dates,
      (one) => words.incidentStatus[one as IncidentStatus],
    ),
    button: { href: `${mail.page.url}/${paths.incident(incident.id)}`, text: mailWords.seeIncident },
  });
}

/**
 * @param event of the outbox: `maintenance.reminded`
 * @param updateId the update that is told; null of an event that has none
 */
export function maintenanceMail(
  window: MaintenanceWindow,
  event: string,
  updateId: string | null,
  mail: EventMail,
): WrittenMail {
  const { words, mailWords, dates } = languageOf(mail.page);
  const update = window.updates.find(({ id }) => id === updateId) ?? null;
  const status = update?.status ?? window.status;
  const texts: Record<string, [label: string, text: string]> = {
    'maintenance.changed': [mailWords.planChanged, mailWords.planChangedText],
    'maintenance.reminded': [
      mailWords.reminder,
      mailWords.reminderText(dates.moment(window.startsAt, mail.at)),
    ],
    'maintenance.started': [words.maintenanceStatus.in_progress, mailWords.startedText],
    'maintenance.completed': [words.maintenanceStatus.completed, mailWords.completedText],
  };
  const own = words.maintenanceStatus[status];
  const [label, text] = texts[event] ?? [own, mailWords.statusNow(own)];
  const over = status === 'completed' || status === 'cancelled';
  const { startedAt, completedAt } = window;
  const lasted =
    status === 'completed' && startedAt !== null && completedAt !== null
      ? words.completedAfter(duration(completedAt - startedAt, words.language))
      : '';
  const { startsAt, endsAt } = window;
  const today = dates.dateOf(startsAt) === dates.dateOf(mail.at);
  const range = today ? dates.range(startsAt, endsAt, mail.at) : dates.fullRange(startsAt, endsAt);
  const shown: ComponentStatus = status === 'completed' ? 'operational' : 'under_maintenance';
  // What is planned was told with the plan; a reminder and a change say it again.
  const plan = event === 'maintenance.changed' || event === 'maintenance.reminded';
  const said = plan ? (window.updates.findLast(({ body }) => body !== '')?.body ?? '') : (update?.body ?? '');
  return write(mail, window.title, {
    label,
    line: lasted === '' ? dotted(label, over ? '' : range) : lasted,
    status: shown,
    body: plan && said !== '' ? `${text}\n\n${said}` : said || text,
    facts: [
      // With its date it stands in the line above.
      fact(mailWords.planned, over || today ? dates.fullRange(startsAt, endsAt) : ''),
      affected(
        window.components.map((one) => ({ ...one, status: shown })),
        words,
        mailWords,
        false,
      ),
    ],
    earlier: earlierOf(
      window.updates,
      mail,
      dates,
      (one) => words.maintenanceStatus[one as MaintenanceStatus],
    ),
    button: { href: `${mail.page.url}/${paths.maintenance(window.id)}`, text: mailWords.seeMaintenance },
  });
}

function languageOf(page: MailPage): { words: Dictionary; mailWords: MailWords; dates: Dates } {
  const words = dictionaryFor(page.language);
  return { words, mailWords: mailWordsFor(page.language), dates: datesFor(words.language, page.timezone) };
}

function dotted(...parts: string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}

function fact(name: string, text: string): MailView['facts'][0] {
  return { name, values: text === '' ? [] : [{ text }] };
}

function affected(
  components: readonly { name: string; status: ComponentStatus }[],
  words: Dictionary,
  { affected: name }: MailWords,
  withStatus = true,
): MailView['facts'][0] {
  const values: MailView['facts'][0]['values'] = components.slice(0, NAMED).map((one) => ({
    text: withStatus ? words.pair(one.name, words.componentStatus[one.status]) : one.name,
    status: one.status,
  }));
  if (components.length > NAMED) values.push({ text: words.more(components.length - NAMED) });
  return { name, values };
}

function earlierOf(
  updates: readonly Update<IncidentStatus | MaintenanceStatus>[],
  mail: EventMail,
  dates: Dates,
  statusWord: (status: IncidentStatus | MaintenanceStatus) => string,
): Told['earlier'] {
  return updates
    .filter(({ id }) => mail.earlier.includes(id))
    .map(({ status, createdAt, body }) => ({
      label: dotted(statusWord(status), dates.moment(createdAt, mail.at)),
      body,
    }));
}

function write({ page, places }: EventMail, title: string, told: Told): WrittenMail {
  const { words, mailWords } = languageOf(page);
  const links = [
    { href: `${page.formUrl}/${paths.settings}?token=${places.token}`, text: mailWords.settings },
    { href: `${page.formUrl}/${paths.unsubscribe}?token=${places.token}`, text: mailWords.unsubscribe },
  ];
  const view: MailView = {
    language: words.language,
    direction: words.direction,
    subject: mailWords.subject(told.label, title),
    preview: summaryOf(told.body, 120),
    brand: brandOf(page),
    status: told.status,
    heading: title,
    line: told.line,
    bodyHtml: renderMarkdown(told.body, TOP_HEADING),
    facts: told.facts.filter(({ values }) => values.length > 0),
    earlier:
      told.earlier.length === 0
        ? null
        : {
            name: mailWords.earlier,
            updates: told.earlier.map(({ label, body }) => ({
              label,
              bodyHtml: renderMarkdown(body, TOP_HEADING),
            })),
          },
    button: told.button,
    notesHtml: [
      places.reason,
      links.map(({ href, text }) => `<a href="${escapeHtml(href)}">${escapeHtml(text)}</a>`).join(' · '),
    ],
  };
  const earlier = told.earlier.map(({ label, body }) => `${label}\n${markdownToText(body)}`);
  const notes = [places.reason, ...links.map(({ href, text }) => `${text}: ${href}`)];
  return { fromName: page.name, view, text: mailText(view, markdownToText(told.body), earlier, notes) };
}
