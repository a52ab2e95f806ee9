import { sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';

export interface Audience {
  /** Confirmed subscribers whose address takes mail. */
  mails: number;
  webhooks: number;
}

/**
 * Who would be told of an incident or a window that names these components (contract, section 5): whoever follows one
 * of them, or the whole page; everyone, when it names none.
 */
export async function audienceOf(
  read: Database,
  pageId: string,
  componentIds: readonly string[],
): Promise<Audience> {
  const named = JSON.stringify(componentIds);
  const everyone = componentIds.length === 0 ? 1 : 0;
  const [row] = await read.all<Audience>(sql`select
    (select count(*) from subscribers s where s.page_id = ${pageId} and s.status = 'active' and s.suppressed_at is null
      and (s.whole_page = 1 or exists (select 1 from subscriber_components f where f.subscriber_id = s.id
        and (${everyone} or f.component_id in (select value from json_each(${named})))))) as mails,
    (select count(*) from webhooks w where w.page_id = ${pageId} and w.active = 1 and w.disabled_at is null
      and (w.component_ids is null or (${everyone} and json_array_length(w.component_ids) > 0)
        or exists (select 1 from json_each(w.component_ids) f where f.value in (select value from json_each(${named}))))) as webhooks`);
  return row!;
}
