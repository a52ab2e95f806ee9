/** What keys may do, in words: the scopes of an API key as somebody chooses and reads them. */
import { isScope, type RESOURCES, type Scope } from '../../auth/scopes.ts';

type Resource = (typeof RESOURCES)[number] | 'audit';

const ABOUT: Record<Resource, { title: string; text: string }> = {
  components: { title: 'Components', text: 'what each shows, their groups and order' },
  incidents: { title: 'Incidents', text: 'with their updates, postmortems and templates' },
  maintenance: { title: 'Maintenance', text: 'planned windows and their updates' },
  subscribers: { title: 'Subscribers', text: 'their addresses, webhooks, and what was sent' },
  pages: { title: 'Pages', text: 'their settings, new ones, and deleting them' },
  keys: { title: 'API keys', text: 'never more than the key itself may' },
  members: { title: 'Members', text: 'people, their roles and invitations' },
  audit: { title: 'Audit log', text: 'who did what' },
};

export interface ScopeRow {
  title: string;
  text: string;
  read: Scope | null;
  write: Scope | null;
}

/**
 * The scopes that somebody may grant, by what they are about.
 *
 * @param bound true for a key of some pages only, for which what concerns the whole organization is of no use
 */
export function scopeRows(may: (scope: Scope) => boolean, bound: boolean): ScopeRow[] {
  const beyond: readonly string[] = bound ? ['members', 'audit'] : [];
  return Object.entries(ABOUT)
    .filter(([resource]) => !beyond.includes(resource))
    .map(([resource, words]) => {
      const grantable = (text: string) => (isScope(text) && may(text) ? text : null);
      return { ...words, read: grantable(`${resource}:read`), write: grantable(`${resource}:write`) };
    })
    .filter(({ read, write }) => read !== null || write !== null);
}

/** `Components and Incidents: read and write. Pages: read.` */
export function scopesInWords(scopes: readonly string[]): string {
  const ways = new Map<string, string[]>();
  for (const [resource, { title }] of Object.entries(ABOUT)) {
    const way = ['read', 'write'].filter((one) => scopes.includes(`${resource}:${one}`)).join(' and ');
    if (way !== '') ways.set(way, [...(ways.get(way) ?? []), title]);
  }
  return [...ways].map(([way, titles]) => `${way} ${titles.join(', ').toLowerCase()}`).join('; ');
}
