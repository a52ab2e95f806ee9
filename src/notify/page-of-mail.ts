import { eq } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { pages } from '../../db/schema.ts';
import type { MailPage } from '../render/mail/view.ts';

/** The page in whose name a mail is sent; null when it is gone. */
export async function mailPage(read: Database, pageId: string, publicUrl: string): Promise<MailPage | null> {
  const [row] = await read.select().from(pages).where(eq(pages.id, pageId));
  if (!row) return null;
  const formUrl = `${publicUrl}/p/${row.slug}`;
  const routed = row.domain !== null && row.domainRoutedAt !== null;
  const { id, slug, name, language, timezone, accent } = row;
  const url = routed ? `${publicUrl.slice(0, publicUrl.indexOf(':'))}://${row.domain}` : formUrl;
  return { id, slug, name, language, timezone, accent, url, formUrl };
}
