/** The public paths below a page root that are files: what they are is known also where the file is not there. */
import { paths } from '../render/paths.ts';

const LISTS: readonly string[] = [paths.components, paths.incidents, paths.maintenanceList];

const DOCUMENTS = new Set<string>([
  paths.status,
  ...LISTS,
  paths.uptime,
  paths.uptimeCsv,
  paths.rss,
  paths.atom,
  paths.calendar,
  paths.v2Summary,
  paths.v2Status,
  paths.v2Components,
  paths.v2Incidents,
  paths.v2Unresolved,
  paths.v2Maintenance,
  paths.v2Upcoming,
  paths.v2Active,
]);

const WITH_ID =
  /^api\/v1\/(components|incidents|maintenance)\/[^/]+$|^api\/v1\/components\/[^/]+\/(rss|atom|calendar\.ics)$/;

/** A list that takes `status_filter`, `page`, `per_page`. */
export function isPublicList(path: string): boolean {
  return LISTS.includes(path);
}

/** A path of the public API that takes GET alone. */
export function isPublicPath(path: string): boolean {
  return DOCUMENTS.has(path) || WITH_ID.test(path);
}
