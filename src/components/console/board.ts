/** What the board prints. */
import type { ComponentStatus } from '../../domain/status.ts';

export interface BoardRow {
  id: string;
  name: string;
  /** What it shows. */
  status: ComponentStatus;
  /** What holds it worse than what is set on it; the path leads there from the page's root in the console. */
  why: { text: string; path: string } | null;
  note: string | null;
}

/** A group with its components, or some that have none. */
export interface BoardSection {
  id: string | null;
  name: string | null;
  status: ComponentStatus;
  rows: BoardRow[];
}
