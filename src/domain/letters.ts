/**
 * A letter: a mail to one person that no event of a page makes. Whoever queues one says what it is about; the words are
 * the notifier's. Letters have a lane of their own, and never wait behind a blast.
 */
export type Letter =
  /** The link that makes a sign-up a subscription. */
  | { kind: 'verify_subscription'; to: string; token: string }
  /** To one who signed up again: the link to what they receive already. */
  | { kind: 'subscription_settings'; to: string; token: string }
  | {
      kind: 'invitation';
      to: string;
      token: string;
      organization: string;
      /** Who invites: a name or an address. Null: the operator. */
      invitedBy: string | null;
      /** Milliseconds since the epoch, as all times. */
      expiresAt: number;
    }
  | { kind: 'password_reset'; to: string; token: string; expiresAt: number }
  /** To who promised the next update of an incident. */
  | { kind: 'update_overdue'; to: string; incidentId: string; title: string; promisedFor: number }
  /** To the owners: a webhook was switched off after days of failure. */
  | { kind: 'webhook_disabled'; to: string; webhookId: string; url: string };

/** With what letters are encrypted in the database: they hold tokens. */
export const LETTER_SEAL = 'letter';
