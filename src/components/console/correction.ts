/** What `Correction.astro` prints. */
export interface CorrectionView {
  /** Of what, and when it was said. */
  about: string;
  problems: readonly string[];
  /** The text as it stood when the form was printed. */
  was: string;
  body: { name: string; value: string; error: string | null };
  back: string;
  /** What the draft is called, and whether it may be put back. */
  draft: string;
  fresh: boolean;
}
