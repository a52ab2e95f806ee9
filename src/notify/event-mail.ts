/**
 * Mails of what happens on a page. One is printed for each event; for each reader only what is theirs is put in: the links
 * with their token, and why they get it.
 */
import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { statement } from '../../db/statement.ts';
import { incidentFrom, selectIncidents, selectWindows, windowOf } from '../../db/told.ts';
import type { Incident } from '../domain/records.ts';
import type { Secrets } from '../domain/secrets.ts';
import { subscriberToken } from '../domain/subscriber-token.ts';
import { incidentMail, maintenanceMail, type Placeholders } from '../render/mail/event.ts';
import type { WrittenMail } from '../render/mail/letter.ts';
import type { MailPage } from '../render/mail/view.ts';
import { paths } from '../render/paths.ts';
import { escapeHtml } from '../text/escape-html.ts';
import { mailWordsFor } from '../text/mail-words.ts';
import type { DeliveryRow } from './deliveries.ts';
import { eventOf, type OutboxEvent } from './fan-out.ts';
import type { Mail } from './mail.ts';
import { MailBodyTemplate } from './mail-body.ts';
import { mailPage } from './page-of-mail.ts';
import type { PrintMail } from './print-mail.ts';

/** A text that is corrected while its mails go out is corrected in those that are left. */
const KEPT_MS = 30_000;
const KEPT = 50;

interface Template {
  page: MailPage;
  subject: string;
  body: MailBodyTemplate;
  named: ReadonlySet<string>;
}

interface Recipient {
  email: string;
  status: string;
  suppressed: number;
  wholePage: number;
  /** Ids and names of what it follows without the whole page. */
  follows: [id: string, name: string][];
  /** Events that were overtaken before they were sent, since the last one that was. */
  folded: string[];
}

export interface EventMailTools {
  read: Database;
  secrets: Secrets;
  publicUrl: string;
  print: PrintMail;
  now(): number;
}

const SAME = 'x.recipient_id = s.id and x.subject_id = ? and x.event_id < ?';
const RECIPIENT = `select json_object('email', s.email, 'status', s.status, 'suppressed', s.suppressed_at is not null,
  'wholePage', s.whole_page, 'follows', (select json_group_array(json_array(c.id, c.name)) from subscriber_components f
    join components c on c.id = f.component_id where f.subscriber_id = s.id),
  'folded', (select json_group_array(x.event_id) from deliveries x where ${SAME} and x.state = 'folded'
    and x.event_id > coalesce((select max(x.event_id) from deliveries x where ${SAME} and x.state = 'sent'), ''))
  ) as row from subscribers s where s.id = ? and s.page_id = ?`;

export class EventMails {
  readonly #kept = new Map<string, { until: number; template: Promise<Template | string> }>();
  /** Nobody who writes an update can know these. */
  readonly #places: Placeholders = { token: place(), reason: place() };

  constructor(private readonly tools: EventMailTools) {}

  /** The mail of a delivery, or the reason why nobody gets one. @throws Error when it can't be read or printed */
  async write(row: DeliveryRow): Promise<{ mail: Mail } | { cancelled: string }> {
    const reader = await this.#recipient(row);
    if (!reader) return { cancelled: 'erased' };
    if (reader.status !== 'active') return { cancelled: 'unsubscribed' };
    if (reader.suppressed) return { cancelled: 'suppressed' };
    const template = await this.#template(row.eventId, reader.folded);
    if (typeof template === 'string') return { cancelled: template };
    const { page, named } = template;
    const follows = reader.follows.filter(([id]) => named.size === 0 || named.has(id));
    if (!reader.wholePage && follows.length === 0) return { cancelled: 'unfollowed' };
    const words = mailWordsFor(page.language);
    const reason = reader.wholePage
      ? words.followsPage(page.name)
      : words.followsComponents(follows.map(([, name]) => name).join(', '), page.name);
    const token = subscriberToken(this.tools.secrets, row.recipientId);
    return {
      mail: {
        id: row.id,
        fromName: page.name,
        to: reader.email,
        subject: template.subject,
        body: template.body.fill({
          [this.#places.token]: { text: token, html: token },
          [this.#places.reason]: { text: reason, html: escapeHtml(reason) },
        }),
        date: row.createdAt,
        thread: row.subjectId,
        headers: headersOf(page, token, this.tools.publicUrl),
      },
    };
  }

  async #recipient(row: DeliveryRow): Promise<Recipient | null> {
    const same = [row.subjectId, row.eventId];
    const { rows } = await this.tools.read.$client.execute(
      statement(RECIPIENT, ...same, ...same, row.recipientId, row.pageId),
    );
    return rows[0] ? (JSON.parse(rows[0].row as string) as Recipient) : null;
  }

  #template(eventId: string, folded: string[]): Promise<Template | string> {
    const key = [eventId, ...folded].join(' ');
    const now = this.tools.now();
    const known = this.#kept.get(key);
    if (known && known.until > now) return known.template;
    for (const [old] of this.#kept) {
      if (this.#kept.size < KEPT) break;
      this.#kept.delete(old);
    }
    const template = this.#make(eventId, folded);
    this.#kept.set(key, { until: now + KEPT_MS, template });
    template.catch(() => this.#kept.delete(key));
    return template;
  }

  async #make(eventId: string, folded: string[]): Promise<Template | string> {
    const { read, publicUrl, print } = this.tools;
    const event = await eventOf(read, eventId);
    if (!event) return 'event_gone';
    const page = await mailPage(read, event.pageId, publicUrl);
    if (!page) return 'page_gone';
    const overtaken = await Promise.all(folded.toSorted().map((id) => eventOf(read, id)));
    const earlier = overtaken.flatMap((one) => one?.payload.update_id ?? []);
    const written = await this.#tell(event, page, earlier);
    if (!written) return 'taken_back';
    return {
      page,
      subject: written.view.subject,
      body: new MailBodyTemplate(written.text, await print(written.view), Object.values(this.#places)),
      named: new Set(event.payload.component_ids ?? []),
    };
  }

  async #tell(event: OutboxEvent, page: MailPage, earlier: string[]): Promise<WrittenMail | null> {
    const { read } = this.tools;
    const updateId = event.payload.update_id ?? null;
    const mail = { page, earlier, at: event.createdAt, places: this.#places };
    if (event.event.startsWith('incident.')) {
      const [row] = await selectIncidents(read, { where: sql`i.id = ${event.subjectId}` });
      const told = row && (JSON.parse(row.told) as Incident);
      const place = told ? told.updates.findIndex(({ id }) => id === updateId) : -1;
      if (!told || place < 0) return null;
      // As it stood then: what came later has a mail of its own.
      return incidentMail(incidentFrom({ ...told, updates: told.updates.slice(place) }), place === 0, mail);
    }
    const [row] = await selectWindows(read, { where: sql`w.id = ${event.subjectId}` });
    return row ? maintenanceMail(windowOf(row), event.event, updateId, mail) : null;
  }
}

function place(): string {
  return `daymark${randomBytes(12).toString('hex')}`;
}

/** RFC 2919, RFC 2369 and RFC 8058: mail readers offer to leave with one click. */
function headersOf(page: MailPage, token: string, publicUrl: string): Record<string, string> {
  return {
    'Auto-Submitted': 'auto-generated',
    'List-Id': `<${page.slug}.${new URL(publicUrl).hostname}>`,
    'List-Unsubscribe': `<${page.formUrl}/${paths.oneClick}?token=${token}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
}
