/** What became of the messages about an incident or a window. */
export interface MessageRow {
  id: string;
  /** `Update posted`, … */
  what: string;
  when: string;
  sent: number;
  pending: number;
  failed: number;
  /** Whether and when it is done, in words. */
  state: string;
}
