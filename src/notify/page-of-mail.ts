import { eq } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { logos, pages } from '../../db/schema.ts';
import { logoFile } from '../domain/logo.ts';
import type { MailPage } from '../render/mail/view.ts';

/** The page in whose name a mail is sent; null when it is gone. */
export async function mailPage(read: Database, pageId: string, publicUrl: string): Promise<MailPage | null> {
  const [[row], [logo]] = await read.batch([
    read.select().from(pages).where(eq(pages.id, pageId)),
    read
      .select({ mediaType: logos.mediaType, updatedAt: logos.updatedAt })
      .from(logos)
      .where(eq(logos.pageId, pageId)),
  ]);
  if (!row) return null;
  const formUrl = `${publicUrl}/p/${row.slug}`;
  const routed = row.domain !== null && row.domainRoutedAt !== null;
  const { id, slug, name, language, timezone, accent } = row;
  const url = routed ? `${publicUrl.slice(0, publicUrl.indexOf(':'))}://${row.domain}` : formUrl;
  const brand = { accent, ...(logo ? { logo: logoFile(logo) } : {}) };
  return { id, slug, name, language, timezone, ...brand, url, formUrl };
}
