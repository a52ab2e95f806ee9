/** What the composer prints: of a new incident, or of an update. */
import type { ComponentStatus, Impact, IncidentStatus } from '../../domain/status.ts';

/** What a field's component takes. */
interface FieldProps {
  name: string;
  value: string;
  error: string | null;
}

export interface AffectedRow {
  id: string;
  name: string;
  status: ComponentStatus;
  /** False of what the incident has named already: it can be taken back, not forgotten. */
  removable: boolean;
}

export interface Choice {
  group: string | null;
  options: { id: string; name: string }[];
}

export interface ComposerView {
  /** Where the form is sent, where it is previewed, and where the script asks who will be told. */
  action: string;
  previewAt: string;
  toldAt: string;
  /** Names the draft that the browser keeps. */
  draft: string;
  /** True when nothing was typed yet: a kept draft may be brought back. */
  fresh: boolean;
  /** Makes the form one that is taken once, however often it is sent. */
  once: string;
  /** The newest update that whoever writes has seen; null of a new incident. */
  seen: string | null;
  title: FieldProps | null;
  body: FieldProps;
  status: IncidentStatus;
  rows: AffectedRow[];
  choices: Choice[];
  /** Null: it follows from the components. Undefined: not asked for. */
  impact: Impact | null | undefined;
  impactHint: string;
  /** Minutes from now, as text; `none`, `keep`, or a moment of the page's zone, `yyyy-mm-ddThh:mm`. */
  nextUpdate: string;
  /** When the promised one is due, in words; null when none is promised. */
  promised: string | null;
  zone: string;
  notify: boolean;
  mails: number;
  webhooks: number;
  /** Began, and ended, at an earlier time: of the page's zone. Null where it can't be said. */
  past: { startedAt: FieldProps; resolvedAt: FieldProps; open: boolean } | null;
}
