import { subscriberToken } from '../../domain/subscriber-token.ts';
import { ifValid, tokenPage } from '../../http/token-page.ts';
import { findSignUp, verifySignUp } from '../../manage/sign-ups.ts';
import { paths } from '../../render/paths.ts';

/** Asks to confirm a sign-up, and confirms it. */
export const { GET, POST, ALL } = tokenPage(paths.verify, async ({ services, page, token, form }) => {
  const waiting = await findSignUp(services.manager, page.id, token);
  if (!waiting) return { of: 'stale' };
  if (!form) return { of: 'verify', email: waiting.email };
  const id = await ifValid(verifySignUp(services.manager, page.id, token));
  if (id === null) return { of: 'stale' };
  return { of: 'verified', email: waiting.email, token: subscriberToken(services.secrets, id) };
});
