/** Of the file that an organization moves in. Raised when an older version could not read it any more. */
export const FORMAT = 1;

export interface Head {
  daymark: 'export';
  format: number;
  exported_at: string;
  organization: { slug: string; name: string };
}

export function isoOf(at: number): string {
  return new Date(at).toISOString();
}
