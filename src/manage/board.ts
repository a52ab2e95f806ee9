/** Components as whoever watches a page sees them: of each what one line says, since there may be thousands. */
import type { Database } from '../../db/client.ts';
import { ask, question } from '../../db/question.ts';
import type { ComponentStatus } from '../domain/status.ts';

export interface ComponentLine {
  id: string;
  name: string;
  /** What it shows. */
  status: ComponentStatus;
  groupId: string | null;
  /** What has it show that, where it is not what was set on it. */
  holder: { type: 'incident' | 'maintenance'; id: string; title: string } | null;
}

const MOST = 5_000;

const HOLDER = `(select json_object('type', type, 'id', id, 'title', title) from (
    select 'incident' as type, i.id, i.title, cl.status as status
      from claims cl join incidents i on i.id = cl.incident_id where cl.component_id = c.id
    union all select 'maintenance', w.id, w.title, 'under_maintenance'
      from window_components wc join maintenance_windows w on w.id = wc.window_id
      where wc.component_id = c.id and w.status in ('in_progress', 'verifying')) held
  where c.status <> c.set_status and held.status = c.status limit 1)`;
// One text: the driver takes longer for thousands of rows than the database does.
const LINES = `select json_group_array(json_object('id', c.id, 'name', c.name, 'status', c.status, 'groupId', c.group_id,
    'holder', ${HOLDER})) as answer
  from (select * from components where page_id = ?1 order by top_rank, rank, id limit ${MOST}) c`;
const GROUPS = `select json_group_array(json_object('id', id, 'name', name)) as answer
  from (select id, name from groups where page_id = ?1 order by rank, id limit ${MOST})`;

/** All components of a page in their order, and all of its groups in theirs. */
export async function linesOf(
  read: Database,
  pageId: string,
): Promise<{ components: ComponentLine[]; groups: { id: string; name: string }[] }> {
  const { components, groups } = await ask(read.$client, {
    components: question<ComponentLine[]>(LINES, pageId),
    groups: question<{ id: string; name: string }[]>(GROUPS, pageId),
  });
  return { components: components ?? [], groups: groups ?? [] };
}
