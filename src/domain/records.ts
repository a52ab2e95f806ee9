/** Incidents and maintenance windows as they are told: whole, with their updates. Times are ms since the epoch. */
import type { ComponentStatus, Impact, IncidentStatus, MaintenanceStatus } from './status.ts';

export interface SaidComponent {
  id: string;
  name: string;
  /** What the incident, or the update, says of it. */
  status: ComponentStatus;
}

export interface Update<Status> {
  id: string;
  v2Id: string;
  status: Status;
  /** Markdown. */
  body: string;
  createdAt: number;
  editedAt: number | null;
}

export interface IncidentUpdate extends Update<IncidentStatus> {
  components: SaidComponent[];
}

export interface Incident {
  id: string;
  v2Id: string;
  title: string;
  status: IncidentStatus;
  impact: Impact;
  startedAt: number;
  resolvedAt: number | null;
  nextUpdateAt: number | null;
  createdAt: number;
  updatedAt: number;
  /** Every component it ever named, with what it says of it now. */
  components: SaidComponent[];
  /** Newest first. */
  updates: IncidentUpdate[];
  postmortem: { v2Id: string; body: string; createdAt: number; updatedAt: number } | null;
}

export interface MaintenanceWindow {
  id: string;
  v2Id: string;
  title: string;
  status: MaintenanceStatus;
  /** The plan. */
  startsAt: number;
  endsAt: number;
  /** What happened. */
  startedAt: number | null;
  completedAt: number | null;
  /** In progress past `endsAt`. */
  overrunning: boolean;
  autoStart: boolean;
  autoComplete: boolean;
  remindBeforeMinutes: number | null;
  createdAt: number;
  updatedAt: number;
  components: { id: string; name: string }[];
  /** Newest first. */
  updates: Update<MaintenanceStatus>[];
}
