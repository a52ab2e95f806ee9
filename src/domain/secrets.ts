/** What is made with the installation's secret. The composition root has it; everyone else is handed this. */
export interface Secrets {
  /** A keyed hash, base64url, of 256 bits. `purpose` keeps the uses of one secret apart. */
  sign(purpose: string, text: string): string;
  /** True when `signature` is that of the text; takes the same time for every wrong one. */
  isSigned(purpose: string, text: string, signature: string): boolean;
  /** Encrypts for the database (AES-256-GCM). */
  seal(purpose: string, text: string): string;
  /** @throws Error when it was sealed with another secret, for another purpose, or was changed */
  open(purpose: string, sealed: string): string;
}
