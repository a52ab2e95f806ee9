/**
 * Gathers what stands around a page of the console. Whoever adds a page adds its link to one of the two lists; it shows
 * to those whose role has the scope.
 */
import type { Scope } from '../../auth/scopes.ts';
import type { ConsoleUser } from '../../http/console.ts';
import type { ConsoleChrome, ConsoleLink } from '../../layouts/console-chrome.ts';
import { organizationOf } from '../../manage/organizations.ts';
import { pageStates } from '../../manage/page-states.ts';

interface Place {
  label: string;
  /** Below `/console/pages/{slug}/`, or below `/console/`; with a slash at its end unless empty. */
  path: string;
  scope: Scope;
}

/** About one page, at `/console/pages/{slug}/…`. */
const OF_A_PAGE: readonly Place[] = [
  { label: 'Board', path: '', scope: 'components:read' },
  { label: 'Incidents', path: 'incidents/', scope: 'incidents:read' },
  { label: 'Maintenance', path: 'maintenance/', scope: 'maintenance:read' },
  { label: 'Components', path: 'components/', scope: 'components:read' },
  { label: 'Templates', path: 'templates/', scope: 'incidents:read' },
  { label: 'Subscribers', path: 'subscribers/', scope: 'subscribers:read' },
  { label: 'Webhooks', path: 'webhooks/', scope: 'subscribers:read' },
  { label: 'Page settings', path: 'settings/', scope: 'pages:read' },
];

/** About the organization, at `/console/…`. */
const OF_THE_ORGANIZATION: readonly Place[] = [
  { label: 'API keys', path: 'api-keys/', scope: 'keys:read' },
  { label: 'API', path: 'docs/', scope: 'pages:read' },
  { label: 'Members', path: 'members/', scope: 'members:read' },
  { label: 'Audit log', path: 'audit/', scope: 'audit:read' },
  { label: 'Settings', path: 'organization/', scope: 'members:read' },
];

/** More pages than that are found from the overview. */
const PAGES_SHOWN = 30;

/**
 * @param here the address of this page, as its link has it: `/console/members/`
 * @param page the page of the customer's that this one is about
 */
export async function consoleChrome(
  user: ConsoleUser,
  visit: { nonce: string; flash: string | null } | undefined,
  here: string,
  page?: { slug: string; name: string },
): Promise<ConsoleChrome> {
  const { services, actor } = user;
  const [organization, states] = await Promise.all([
    organizationOf(services.read, actor.organizationId),
    pageStates(services.read, actor, PAGES_SHOWN),
  ]);
  const linksOf = (places: readonly Place[], root: string): ConsoleLink[] =>
    places
      .filter(({ scope }) => user.may(scope))
      .map(({ label, path }) => ({ label, href: root + path, isHere: root + path === here }));
  const ofPage = page ? linksOf(OF_A_PAGE, `/console/pages/${page.slug}/`) : [];
  return {
    nonce: visit?.nonce ?? '',
    flash: visit?.flash ?? null,
    organization: organization.name,
    email: user.user.email,
    role: user.user.role,
    sections: [
      {
        title: 'Pages',
        links: [
          { label: 'All pages', href: '/console/', isHere: here === '/console/' },
          ...states.map(({ slug, name, status, openIncidents }) => ({
            ...{ label: name, href: `/console/pages/${slug}/`, isHere: slug === page?.slug },
            ...{ status, open: openIncidents },
          })),
        ],
      },
      { title: page?.name ?? '', links: ofPage },
      { title: 'Organization', links: linksOf(OF_THE_ORGANIZATION, '/console/') },
    ],
  };
}
