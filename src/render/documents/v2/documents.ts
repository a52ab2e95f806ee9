/** The documents of the compatible API (contract, section 4), each complete as its readers expect it. */
import { holdsMaintenance } from '../../../domain/status.ts';
import type { PageSnapshot, SnapshotIncident, SnapshotMaintenance } from '../../../snapshot/schema.ts';
import { v2Components } from './components.ts';
import { v2Incident } from './incidents.ts';
import { v2Maintenance } from './maintenance.ts';
import { v2Page, v2Status } from './page.ts';
import type { V2Component, V2Incident, V2Maintenance, V2Page, V2Status } from './shapes.ts';

/** The source lists so many incidents and windows, the newest. */
const NEWEST = 50;

export interface V2IncidentList {
  page: V2Page;
  incidents: V2Incident[];
}

export interface V2MaintenanceList {
  page: V2Page;
  scheduled_maintenances: V2Maintenance[];
}

export interface V2Summary extends V2IncidentList, V2MaintenanceList {
  components: V2Component[];
  status: V2Status;
}

const isOpen = ({ status }: SnapshotIncident) => status !== 'resolved';
const isUpcoming = ({ status }: SnapshotMaintenance) => status === 'scheduled';
const isActive = ({ status }: SnapshotMaintenance) => holdsMaintenance(status);

/** `summary.json`: components, unresolved incidents, planned and running maintenance. */
export function v2SummaryDocument(snapshot: PageSnapshot): V2Summary {
  return {
    page: v2Page(snapshot),
    components: v2Components(snapshot).list,
    incidents: incidentsOf(snapshot, snapshot.incidents.filter(isOpen)),
    scheduled_maintenances: windowsOf(
      snapshot,
      snapshot.maintenance.filter((window) => isUpcoming(window) || isActive(window)),
    ),
    status: v2Status(snapshot),
  };
}

/** `status.json` */
export function v2StatusDocument(snapshot: PageSnapshot): { page: V2Page; status: V2Status } {
  return { page: v2Page(snapshot), status: v2Status(snapshot) };
}

/** `components.json` */
export function v2ComponentsDocument(snapshot: PageSnapshot): { page: V2Page; components: V2Component[] } {
  return { page: v2Page(snapshot), components: v2Components(snapshot).list };
}

/** `incidents.json`: the newest, whatever their status. */
export function v2IncidentsDocument(snapshot: PageSnapshot): V2IncidentList {
  return incidentList(snapshot, snapshot.incidents.slice(0, NEWEST));
}

/** `incidents/unresolved.json` */
export function v2UnresolvedDocument(snapshot: PageSnapshot): V2IncidentList {
  return incidentList(snapshot, snapshot.incidents.filter(isOpen));
}

/** `scheduled-maintenances.json` (the newest), `/upcoming.json` or `/active.json`. */
export function v2MaintenanceDocument(
  snapshot: PageSnapshot,
  which: 'newest' | 'upcoming' | 'active',
): V2MaintenanceList {
  const { maintenance } = snapshot;
  const windows =
    which === 'newest'
      ? maintenance.slice(0, NEWEST)
      : maintenance.filter(which === 'upcoming' ? isUpcoming : isActive);
  const page = v2Page(snapshot, listChangedAt(snapshot, maintenance, windows));
  return { page, scheduled_maintenances: windowsOf(snapshot, windows) };
}

function incidentList(snapshot: PageSnapshot, incidents: readonly SnapshotIncident[]): V2IncidentList {
  const page = v2Page(snapshot, listChangedAt(snapshot, snapshot.incidents, incidents));
  return { page, incidents: incidentsOf(snapshot, incidents) };
}

type Told = SnapshotIncident | SnapshotMaintenance;

/**
 * The last change of anything told, or of a component that a list holds. A list that a change does not concern stays as
 * it is to the byte, and is not written again.
 */
function listChangedAt(
  { page, components }: PageSnapshot,
  told: readonly Told[],
  listed: readonly Told[],
): number {
  const named = new Set(listed.flatMap((one) => one.components.map(({ id }) => id)));
  let at = page.createdAt;
  for (const { updatedAt } of told) at = Math.max(at, updatedAt);
  for (const { id, updatedAt } of components) if (named.has(id)) at = Math.max(at, updatedAt);
  return at;
}

function incidentsOf(snapshot: PageSnapshot, incidents: readonly SnapshotIncident[]): V2Incident[] {
  return incidents.map((incident) => v2Incident(snapshot, incident));
}

function windowsOf(snapshot: PageSnapshot, windows: readonly SnapshotMaintenance[]): V2Maintenance[] {
  return windows.map((window) => v2Maintenance(snapshot, window));
}
