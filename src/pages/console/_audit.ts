/** The audit log in words: who did what, and to what. */
import type { AuditRow } from '../../manage/audit.ts';
import { actorName } from '../../manage/audit-names.ts';
import type { Services } from '../../services.ts';

/** Kinds of things that the log tells of, as the filter offers them. */
export const KINDS: Record<string, string> = {
  incident: 'Incidents',
  maintenance: 'Maintenance',
  component: 'Components',
  components: 'Many components at once',
  group: 'Groups',
  template: 'Templates',
  page: 'Pages',
  domain: 'Domains',
  subscriber: 'Subscribers',
  webhook: 'Webhooks',
  api_key: 'API keys',
  member: 'Members',
  invitation: 'Invitations',
  session: 'Sign-ins',
  second_factor: 'Second factors',
  password: 'Passwords',
};

/** `incident.update_posted` → `Incident: update posted` */
export function actionInWords(action: string): string {
  const [kind = '', what = ''] = action.split('.');
  const words = kind.replaceAll('_', ' ');
  const named = words === 'api key' ? 'API key' : words.charAt(0).toUpperCase() + words.slice(1);
  return `${named}: ${what.replaceAll('_', ' ')}`;
}

const SHOWN = ['name', 'title', 'email', 'to', 'host', 'domain', 'role', 'slug', 'status', 'reason'];

/** What the row says of it, short: the details that people know things by. */
export function detailInWords({ details }: Pick<AuditRow, 'details'>): string {
  const facts = details as Record<string, unknown>;
  const said = SHOWN.flatMap((key) => (typeof facts[key] === 'string' ? [facts[key]] : []));
  const fields = ['fields', 'changed'].flatMap((key) => (Array.isArray(facts[key]) ? facts[key] : []));
  if (fields.length > 0) said.push(fields.join(', '));
  return said.join(' · ').slice(0, 200);
}

const OURS: Record<string, string> = {
  cli: 'The operator, by command',
  notifier: 'The notifier',
};

/** The names of those who did it, for people. */
export async function actorNames(
  read: Services['read'],
  rows: readonly AuditRow[],
): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const actor of new Set(rows.map((row) => row.actor)))
    names.set(actor, OURS[actor] ?? (await actorName(read, actor)) ?? 'Somebody who has left');
  return names;
}
