import type { PageSnapshot } from '../snapshot/schema.ts';
import { atomFeed } from './documents/atom.ts';
import { toJson, toJsonWith } from './documents/json.ts';
import { rssFeed } from './documents/rss.ts';
import { v2Components } from './documents/v2/components.ts';
import * as v2 from './documents/v2/documents.ts';
import { fileOf, paths } from './paths.ts';
import type { PlannedFile } from './planned-file.ts';

/**
 * The files of Statuspage's API v2. Those that clients poll come with every revision. Lists of what was told repeat the
 * components that they name: when nothing was told they follow behind it, so that a change of one component does not
 * wait for a hundred incidents.
 *
 * @param told true when incidents or windows changed
 */
export function planCompatible(
  snapshot: PageSnapshot,
  told: boolean,
): { files: PlannedFile[]; trailing: PlannedFile[] } {
  const json = (path: string, make: (snapshot: PageSnapshot) => object): PlannedFile => ({
    path: fileOf(path),
    text: () => toJson(make(snapshot)),
  });
  const withComponents = (path: string, make: (snapshot: PageSnapshot) => object): PlannedFile => ({
    path: fileOf(path),
    text: () => toJsonWith(make(snapshot), { components: v2Components(snapshot).json }),
  });
  const polled = [
    withComponents(paths.v2Summary, v2.v2SummaryDocument),
    withComponents(paths.v2Components, v2.v2ComponentsDocument),
    json(paths.v2Status, v2.v2StatusDocument),
    json(paths.v2Unresolved, v2.v2UnresolvedDocument),
    json(paths.v2Upcoming, (one) => v2.v2MaintenanceDocument(one, 'upcoming')),
    json(paths.v2Active, (one) => v2.v2MaintenanceDocument(one, 'active')),
  ];
  const lists = [
    json(paths.v2Incidents, v2.v2IncidentsDocument),
    json(paths.v2Maintenance, (one) => v2.v2MaintenanceDocument(one, 'newest')),
  ];
  if (!told) return { files: polled, trailing: lists };
  const feeds = [
    { path: fileOf(paths.historyRss), text: () => rssFeed(snapshot, undefined, paths.historyRss) },
    { path: fileOf(paths.historyAtom), text: () => atomFeed(snapshot, undefined, paths.historyAtom) },
  ];
  return { files: [...polled, ...lists, ...feeds], trailing: [] };
}
