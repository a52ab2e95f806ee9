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
  /** Of a board that is too long to be read as a whole: what of these is not among `rows`, and the way to it. */
  fold?: {
    /** Names the section in the page's own links. */
    key: string;
    isOpen: boolean;
    hidden: number;
    text: string;
    href: string;
  };
}

/** What a board says of itself that does not show everything. */
export interface BoardFolding {
  open: readonly string[];
  find: string;
  total: number;
  hidden: number;
  /** Where everything is shown. */
  all: string;
}
