/** The languages that a page can be told in (BCP 47). Each has a dictionary in `src/text/dictionary`. */
export const LANGUAGES = ['en', 'de', 'fr', 'ar'] as const;

export type Language = (typeof LANGUAGES)[number];
