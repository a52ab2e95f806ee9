/** What receivers are sent (documented under `webhooks` in the OpenAPI document). */
import { sql } from 'drizzle-orm';
import type { Database } from '../../../db/client.ts';
import { incidentOf, selectIncidents, selectWindows, windowOf } from '../../../db/told.ts';
import { WEBHOOK_TEST, WEBHOOK_VERSION } from '../../domain/webhooks.ts';
import { incidentDocument } from '../../render/documents/incidents.ts';
import { maintenanceDocument } from '../../render/documents/maintenance.ts';
import { paths } from '../../render/paths.ts';
import { isoTime } from '../../text/time.ts';

/** The outbox row that a message tells of. */
export interface ToldEvent {
  event: string;
  subjectId: string;
  updateId: string | null;
  createdAt: number;
}

export interface ToldPage {
  id: string;
  name: string;
  slug: string;
  /** Null while it does not route. */
  domain: string | null;
}

/** What the updates of one message may take together: receivers refuse what is much larger. */
const UPDATES_BYTES = 256 * 1024;

/** The newest updates, as many as fit; the first always does. All of them stand at the incident's address. */
function newest<T extends { updates: readonly unknown[] }>(data: T): T {
  let bytes = 0;
  const fits = data.updates.findIndex((update) => {
    bytes += Buffer.byteLength(JSON.stringify(update));
    return bytes > UPDATES_BYTES;
  });
  return fits < 0 ? data : { ...data, updates: data.updates.slice(0, Math.max(1, fits)) };
}

const messageOf = (type: string, at: number, data: object) =>
  JSON.stringify({ version: WEBHOOK_VERSION, type, timestamp: isoTime(at), data });

/** Where readers find the page (contract, section 3): its routed domain, else PUBLIC_URL/p/{slug}. With a final slash. */
function urlOf({ domain, slug }: ToldPage, publicUrl: string): string {
  return domain === null ? `${publicUrl}/p/${slug}/` : `${new URL(publicUrl).protocol}//${domain}/`;
}

function pageOf(page: ToldPage, publicUrl: string) {
  return { id: page.id, name: page.name, slug: page.slug, url: urlOf(page, publicUrl) };
}

/**
 * The body of a delivery: the incident or window as the API answers it now, with the update that the event is about. Of
 * very long ones only the newest updates are among it.
 *
 * @returns null when that incident or window was deleted
 */
export async function messageAbout(
  read: Database,
  page: ToldPage,
  told: ToldEvent,
  publicUrl: string,
): Promise<string | null> {
  const isIncident = told.event.startsWith('incident.');
  const path = (isIncident ? paths.incident : paths.maintenance)(told.subjectId);
  const base = { page: pageOf(page, publicUrl), url: urlOf(page, publicUrl) + path };
  const say = (data: { updates: readonly { id: string }[] }, kind: 'incident' | 'maintenance') => {
    const update = data.updates.find(({ id }) => id === told.updateId) ?? null;
    return messageOf(told.event, told.createdAt, { ...base, update, [kind]: newest(data) });
  };
  if (isIncident) {
    const [row] = await selectIncidents(read, {
      where: sql`i.id = ${told.subjectId} and i.page_id = ${page.id}`,
    });
    return row ? say(incidentDocument(incidentOf(row)), 'incident') : null;
  }
  const [row] = await selectWindows(read, {
    where: sql`w.id = ${told.subjectId} and w.page_id = ${page.id}`,
  });
  return row ? say(maintenanceDocument(windowOf(row)), 'maintenance') : null;
}

/** The body of a test call. */
export function testMessage(page: ToldPage, webhookId: string, now: number, publicUrl: string): string {
  return messageOf(WEBHOOK_TEST, now, { page: pageOf(page, publicUrl), webhook_id: webhookId });
}
