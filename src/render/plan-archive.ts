/** The files of what happened: each incident, each window, each month has its own. */
import type {
  MonthArchive,
  PageFacts,
  PageSnapshot,
  SnapshotIncident,
  SnapshotMaintenance,
} from '../snapshot/schema.ts';
import { incidentDocument } from './documents/incidents.ts';
import { toJson } from './documents/json.ts';
import { maintenanceDocument } from './documents/maintenance.ts';
import { inEachLanguage, prefixOf } from './languages.ts';
import { fileOf, paths } from './paths.ts';
import { type PlannedFile, pages, text } from './planned-file.ts';

/** The files of one incident. */
export function planIncident(
  { page: facts }: Pick<PageSnapshot, 'page'>,
  incident: SnapshotIncident,
): PlannedFile[] {
  return [
    ...pages(facts, paths.incident(incident.id), (told) => ({ kind: 'incident', page: told, incident })),
    text(paths.incidentJson(incident.id), () => toJson(incidentDocument(incident))),
  ];
}

/** The files of one maintenance window. */
export function planMaintenance(
  { page: facts }: Pick<PageSnapshot, 'page'>,
  window: SnapshotMaintenance,
): PlannedFile[] {
  return [
    ...pages(facts, paths.maintenance(window.id), (told) => ({
      kind: 'maintenance',
      page: told,
      maintenance: window,
    })),
    text(paths.maintenanceJson(window.id), () => toJson(maintenanceDocument(window))),
  ];
}

/** The page of one month. */
export function planMonth(archive: MonthArchive): PlannedFile[] {
  return pages(archive.page, paths.month(archive.month), (told) => ({
    kind: 'month',
    archive: { ...archive, page: told },
  }));
}

/** Files of an incident or window, wanted or not. */
export function filesOf(page: PageFacts, kind: 'incident' | 'maintenance', id: string): string[] {
  const [html, json] =
    kind === 'incident'
      ? [paths.incident(id), paths.incidentJson(id)]
      : [paths.maintenance(id), paths.maintenanceJson(id)];
  return [...inEachLanguage(page, (told) => prefixOf(told) + html), json].map(fileOf);
}
