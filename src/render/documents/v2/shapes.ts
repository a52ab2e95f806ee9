/**
 * The shapes of Statuspage's public API v2, field by field in the order in which its own pages write them: clients of the
 * whole industry read these.
 */
import type { ComponentStatus, Impact, IncidentStatus, MaintenanceStatus } from '../../../domain/status.ts';

export interface V2Page {
  id: string;
  name: string;
  url: string;
  time_zone: string;
  updated_at: string;
}

export interface V2Status {
  indicator: 'none' | 'maintenance' | 'minor' | 'major' | 'critical';
  description: string;
}

/** A component, or a group: then `components` holds the ids of its own. */
export interface V2Component {
  id: string;
  name: string;
  status: ComponentStatus;
  created_at: string;
  updated_at: string;
  /** Place among its siblings, from 1. */
  position: number;
  description: string | null;
  showcase: boolean;
  /** `yyyy-mm-dd` */
  start_date: string | null;
  group_id: string | null;
  page_id: string;
  group: boolean;
  only_show_if_degraded: boolean;
  components?: string[];
}

export interface V2Affected {
  /** The component's id. */
  code: string;
  /** `Group - Component` */
  name: string;
  old_status: ComponentStatus;
  new_status: ComponentStatus;
}

export interface V2Update {
  id: string;
  status: IncidentStatus | MaintenanceStatus | 'postmortem';
  body: string;
  incident_id: string;
  created_at: string;
  updated_at: string;
  display_at: string;
  affected_components: V2Affected[] | null;
  deliver_notifications: boolean;
  custom_tweet: null;
  tweet_id: null;
}

export interface V2Incident {
  id: string;
  name: string;
  status: V2Update['status'];
  created_at: string;
  updated_at: string;
  monitoring_at: string | null;
  resolved_at: string | null;
  impact: Impact | 'maintenance';
  shortlink: string;
  started_at: string;
  page_id: string;
  /** Newest first. */
  incident_updates: V2Update[];
  components: V2Component[];
}

export interface V2Maintenance extends V2Incident {
  scheduled_for: string;
  scheduled_until: string;
}

/** `2026-08-22T05:43:33.518Z`, the form of every time there. */
export function v2Time(at: number): string {
  return new Date(at).toISOString();
}

/** The same, or null of null. */
export function v2TimeOrNull(at: number | null): string | null {
  return at === null ? null : v2Time(at);
}
