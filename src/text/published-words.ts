import type { ComponentStatus } from '../domain/status.ts';
import { count } from './console-words.ts';
import type { Dates } from './dates.ts';

interface State {
  wanted: number;
  live: number;
  /** Milliseconds since the epoch. */
  liveSince: number | null;
  error: string | null;
}

/** What of a page is live, in a sentence of the console, and the colour of its dot. */
export function publishedWords(
  { wanted, live, liveSince, error }: State,
  dates: Dates,
): { text: string; status: ComponentStatus } {
  if (wanted <= live && liveSince !== null)
    return { text: `Revision ${count(live)} is live, ${dates.clock(liveSince)}`, status: 'operational' };
  if (error !== null)
    return { text: `Revision ${count(wanted)} could not be published`, status: 'major_outage' };
  return { text: `Revision ${count(wanted)} is being published`, status: 'under_maintenance' };
}
