import { ifValid, tokenPage } from '../http/token-page.ts';
import { subscriptionOf, unsubscribe } from '../manage/subscriptions.ts';
import { paths } from '../render/paths.ts';

/** Asks whether to unsubscribe, and does. */
export const { GET, POST, ALL } = tokenPage(paths.unsubscribe, async ({ services, page, token, form }) => {
  const found = await ifValid(subscriptionOf(services.manager, page.id, token));
  const email = found?.email ?? null;
  if (!form && found?.status === 'active') return { of: 'unsubscribe', email: found.email };
  if (!form) return found ? { of: 'unsubscribed', email } : { of: 'unknown' };
  // A token of ours whose owner was erased has nothing left to end.
  const done = await ifValid(unsubscribe(services.manager, token).then(() => true));
  return done ? { of: 'unsubscribed', email } : { of: 'unknown' };
});
