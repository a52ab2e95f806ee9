/** What stands around every page of the console: printed by `Console.astro`, gathered by `src/pages/console/_chrome.ts`. */
import type { ComponentStatus } from '../domain/status.ts';

export interface ConsoleLink {
  label: string;
  href: string;
  isHere: boolean;
  /** Of a page: what it shows. */
  status?: ComponentStatus;
  /** Of a page: incidents that are open. */
  open?: number;
}

export interface ConsoleChrome {
  nonce: string;
  /** What the page before wanted to be said. */
  flash: string | null;
  organization: string;
  email: string;
  role: string;
  sections: { title: string; links: ConsoleLink[] }[];
}
