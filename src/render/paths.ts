/**
 * Every public path of a page, in one place, below the page's root and without a leading slash. A URL path and the file
 * that answers it differ where a path can't be a file and a folder at once: an API document gets its suffix.
 */

/** URL paths. */
export const paths = {
  home: '',
  history: 'history/',
  month: (month: string) => `history/${month}/`,
  incident: (id: string) => `incidents/${id}/`,
  maintenance: (id: string) => `maintenance/${id}/`,
  uptimePage: 'uptime/',
  uptimeOverviewCsv: 'uptime/components.csv',
  uptimeMonth: (month: string) => `uptime/${month}/`,
  uptimeMonthCsv: (month: string) => `uptime/${month}.csv`,
  status: 'api/v1/status',
  components: 'api/v1/components',
  component: (id: string) => `api/v1/components/${id}`,
  componentRss: (id: string) => `api/v1/components/${id}/rss`,
  componentAtom: (id: string) => `api/v1/components/${id}/atom`,
  componentCalendar: (id: string) => `api/v1/components/${id}/calendar.ics`,
  incidents: 'api/v1/incidents',
  incidentJson: (id: string) => `api/v1/incidents/${id}`,
  maintenanceList: 'api/v1/maintenance',
  maintenanceJson: (id: string) => `api/v1/maintenance/${id}`,
  uptime: 'api/v1/uptime',
  uptimeCsv: 'api/v1/uptime.csv',
  rss: 'api/v1/rss',
  atom: 'api/v1/atom',
  calendar: 'api/v1/calendar.ics',
  v2Summary: 'api/v2/summary.json',
  v2Status: 'api/v2/status.json',
  v2Components: 'api/v2/components.json',
  v2Incidents: 'api/v2/incidents.json',
  v2Unresolved: 'api/v2/incidents/unresolved.json',
  v2Maintenance: 'api/v2/scheduled-maintenances.json',
  v2Upcoming: 'api/v2/scheduled-maintenances/upcoming.json',
  v2Active: 'api/v2/scheduled-maintenances/active.json',
  historyRss: 'history.rss',
  historyAtom: 'history.atom',
  docs: 'docs/',
  badge: 'badge.svg',
  picture: (name: string) => `pictures/${name}.png`,
  statusText: 'status.txt',
  revision: 'revision.json',
  notFoundHtml: '404.html',
  notFoundJson: '404.json',
  subscribe: 'subscribe/',
  subscribeSent: 'subscribe/sent/',
  subscribeError: 'subscribe/error/',
  subscribers: 'api/v1/subscribers',
  // For who holds a token: the process answers here, nothing is published.
  verify: 'subscribe/verify/',
  settings: 'subscribe/manage/',
  unsubscribe: 'unsubscribe/',
  oneClick: 'api/v1/subscribers/unsubscribe',
} as const;

const TOKEN_PAGES: readonly string[] = [paths.verify, paths.settings, paths.unsubscribe];

/** True of a page for who holds a token. */
export function isTokenPage(path: string): boolean {
  return TOKEN_PAGES.includes(path);
}

/** The published file that answers a URL path: `history/` → `history/index.html`, `api/v1/rss` → `api/v1/rss.xml`. */
export function fileOf(path: string): string {
  if (path === '' || path.endsWith('/')) return `${path}index.html`;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name.includes('.')) return path;
  return name === 'rss' || name === 'atom' ? `${path}.xml` : `${path}.json`;
}

/** The URL path that a published file answers, but that an address of a page keeps its `index.html`: undoes `fileOf`. */
export function urlPathOf(file: string): string {
  return file.startsWith('api/v1/') ? file.replace(/\.json$|(?<=\/(?:rss|atom))\.xml$/, '') : file;
}

/** The way from a file back to the page's root, for relative links: `./`, `../`, `../../`. */
export function rootFrom(path: string): string {
  const depth = path.split('/').length - 1;
  return depth === 0 ? './' : '../'.repeat(depth);
}
