import type { PageSnapshot, SnapshotComponent } from '../../snapshot/schema.ts';
import { atomFeed } from '../documents/atom.ts';
import { badgeSvg } from '../documents/badge.ts';
import { calendarFeed } from '../documents/calendar.ts';
import { componentDocument, componentsDocument } from '../documents/components.ts';
import { incidentDocument, incidentsDocument } from '../documents/incidents.ts';
import { maintenanceDocument, maintenanceListDocument } from '../documents/maintenance.ts';
import { rssFeed } from '../documents/rss.ts';
import { statusDocument } from '../documents/status.ts';
import { statusText } from '../documents/status-text.ts';
import { uptimeDocument } from '../documents/uptime.ts';
import { uptimeCsv } from '../documents/uptime-csv.ts';
import * as v2 from '../documents/v2/documents.ts';
import { paths, rootFrom } from '../paths.ts';
import { accentCss, accentOf, onAccent } from './accent.ts';
import { logoIcon } from './mark.ts';
import { type ApiDocument, type Listed, operationsOf } from './reference/document.ts';
import { type OperationView, operationView, type Surroundings } from './reference/operation.ts';

export interface DocsSection {
  id: string;
  title: string;
  operations: OperationView[];
}

export interface DocsView {
  title: string;
  description: string;
  name: string;
  initial: string;
  icon: string;
  accentCss: string;
  canonical: string;
  /** To the status page. */
  home: string;
  baseUrl: string;
  /** The management reference, for those who sign in. */
  consoleDocs: string;
  navigation: { title: string; links: { href: string; text: string }[] }[];
  sections: DocsSection[];
}

const V2 = '/api/v2/';
const FEED = /(\/|\.)(rss|atom|calendar\.ics)$/;

/** Sections in the order of the page; an operation stands in the first that takes it. */
const SECTIONS: { id: string; title: string; takes(path: string): boolean }[] = [
  { id: 'status', title: 'Global status', takes: (path) => path === '/api/v1/status' },
  { id: 'feeds', title: 'Feeds', takes: (path) => FEED.test(path) },
  { id: 'components', title: 'Components', takes: (path) => path.startsWith('/api/v1/components') },
  { id: 'incidents', title: 'Incidents', takes: (path) => path.startsWith('/api/v1/incidents') },
  { id: 'maintenance', title: 'Maintenance', takes: (path) => path.startsWith('/api/v1/maintenance') },
  { id: 'uptime', title: 'Uptime', takes: (path) => path.startsWith('/api/v1/uptime') },
  { id: 'subscribers', title: 'Subscribers', takes: (path) => path.startsWith('/api/v1/subscribers') },
  { id: 'v2', title: 'Statuspage v2', takes: (path) => path.startsWith(V2) },
  { id: 'more', title: 'Badge, text and more', takes: () => true },
];
const ORDER = [
  'status',
  'components',
  'incidents',
  'maintenance',
  'uptime',
  'feeds',
  'subscribers',
  'v2',
  'more',
];

/**
 * The page's API as everybody may use it: each public operation of the document, with this page's own addresses and what
 * it answers at this revision. In English, whatever the languages of the page: so are the names in the API.
 */
export function docsView(snapshot: PageSnapshot, document: ApiDocument): DocsView {
  const { page } = snapshot;
  const accent = accentOf(page.accent);
  const initial = (Array.from(page.name.trim())[0] ?? '·').toUpperCase();
  const publicUrl = new URL(page.formUrl).origin;
  const around = surroundingsOf(snapshot, publicUrl);
  const listed = operationsOf(document);
  const sectionOf = ({ path }: Listed) => SECTIONS.find(({ takes }) => takes(path))!.id;
  const sections = ORDER.map((id) => ({
    id,
    title: SECTIONS.find((section) => section.id === id)!.title,
    operations: listed
      .filter((one) => sectionOf(one) === id)
      .map((one) => operationView(document, one, around)),
  })).filter(({ operations }) => operations.length > 0);
  // Those that clients ask first; the others are parts of these.
  const compatible = (sections.find(({ id }) => id === 'v2')?.operations ?? []).filter(
    ({ path }) => !path.slice(V2.length).includes('/'),
  );
  return {
    title: `Status Page API · ${page.name}`,
    description: `Everything that the status page of ${page.name} shows, as JSON.`,
    name: page.name,
    initial,
    icon: logoIcon(initial, accent, onAccent(accent)),
    accentCss: accentCss(accent),
    canonical: `${page.url}/${paths.docs}`,
    home: rootFrom(paths.docs),
    baseUrl: `${page.url}/api/v1`,
    consoleDocs: `${publicUrl}/console/docs/`,
    navigation: [
      {
        title: 'Start',
        links: [
          { href: '#base-url', text: 'Base URL' },
          { href: '#authentication', text: 'Authentication' },
          { href: '#errors', text: 'Errors' },
        ],
      },
      {
        title: 'Public',
        links: sections
          .filter(({ id }) => id !== 'v2')
          .map(({ id, title }) => ({ href: `#${id}`, text: title })),
      },
      {
        title: 'Statuspage v2',
        links: compatible.map(({ id, path }) => ({ href: `#${id}`, text: path.slice(V2.length) })),
      },
    ],
    sections,
  };
}

/** What stands for a token that only a mail holds. */
const TOKEN = 'TOKEN_FROM_THE_MAIL';

function surroundingsOf(snapshot: PageSnapshot, publicUrl: string): Surroundings {
  const { page, components, incidents, maintenance } = snapshot;
  const [component] = components;
  const ids: [of: string, id: string][] = [
    ['/api/v1/components/', component?.id ?? 'COMPONENT_ID'],
    ['/api/v1/incidents/', incidents[0]?.id ?? 'INCIDENT_ID'],
    ['/api/v1/maintenance/', maintenance[0]?.id ?? 'MAINTENANCE_ID'],
  ];
  const answers = liveAnswers(snapshot, component);
  return {
    base: ({ path }) => (path === '/api/openapi.json' ? publicUrl : page.url),
    parameter: ({ path }) => ids.find(([of]) => path.startsWith(of))?.[1] ?? 'ID',
    credential: () => 'none',
    query: ({ operation }) =>
      operation.parameters?.some(({ name }) => name === 'token') ? `?token=${TOKEN}` : '',
    body: ({ operation }) =>
      ({
        postSubscribers: {
          email: 'you@example.com',
          ...(component ? { component_ids: [component.id] } : {}),
        },
        postSubscribersVerify: { token: TOKEN },
        postSubscribersUnsubscribe: { token: TOKEN },
        patchSubscribersMe: { whole_page: true },
      })[operation.operationId],
    live: ({ path, method }) => (method === 'GET' ? answers[path]?.() : undefined),
  };
}

/** What files of this revision say, by the path that the document gives them. */
function liveAnswers(
  snapshot: PageSnapshot,
  component: SnapshotComponent | undefined,
): Record<string, (() => unknown) | undefined> {
  const { components, incidents, maintenance } = snapshot;
  const [incident] = incidents;
  const [window] = maintenance;
  // What all components did on all days are megabytes, of which nobody would see more than the beginning.
  const few = { ...snapshot, components: components.slice(0, 3) };
  return {
    '/api/v1/status': () => statusDocument(snapshot),
    ...(component && {
      '/api/v1/components': () => componentsDocument(components),
      '/api/v1/components/{id}': () => componentDocument(component),
      '/api/v1/uptime': () => uptimeDocument(few),
      '/api/v1/uptime.csv': () => [...uptimeCsv(few)].join(''),
    }),
    ...(incident && {
      '/api/v1/incidents': () => incidentsDocument(incidents.slice(0, 3)),
      '/api/v1/incidents/{id}': () => incidentDocument(incident),
    }),
    ...(window && {
      '/api/v1/maintenance': () => maintenanceListDocument(maintenance.slice(0, 3)),
      '/api/v1/maintenance/{id}': () => maintenanceDocument(window),
    }),
    '/api/v1/rss': () => rssFeed(snapshot),
    '/api/v1/atom': () => atomFeed(snapshot),
    '/api/v1/calendar.ics': () => calendarFeed(snapshot),
    '/api/v2/summary.json': () => v2.v2SummaryDocument(snapshot),
    '/api/v2/status.json': () => v2.v2StatusDocument(snapshot),
    '/api/v2/components.json': () => v2.v2ComponentsDocument(snapshot),
    '/badge.svg': () => badgeSvg(snapshot),
    '/status.txt': () => statusText(snapshot),
  };
}
