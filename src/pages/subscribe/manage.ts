import { subscriptionDocument } from '../../http/documents.ts';
import { ifValid, tokenPage } from '../../http/token-page.ts';
import { editSubscription, subscriptionOf } from '../../manage/subscriptions.ts';
import { paths } from '../../render/paths.ts';

/** What a subscriber receives, and why it may be nothing; changes it. */
export const { GET, POST, ALL } = tokenPage(paths.settings, async ({ services, page, token, form }) => {
  const { manager } = services;
  let found = await ifValid(subscriptionOf(manager, page.id, token));
  if (!found) return { of: 'unknown' };
  const all = form?.get('follow') !== 'components';
  const ticked = form?.getAll('component_ids').filter((one) => typeof one === 'string') ?? [];
  const ticksNothing = form !== null && !all && ticked.length === 0;
  if (form && !ticksNothing) {
    // What was deleted while the page was open is left out.
    const input = all ? { whole_page: true } : { component_ids: ticked };
    found = await editSubscription(manager, page.id, token, input, true);
  }
  const { email, status, whole_page, component_ids } = subscriptionDocument(found);
  const outcome = ticksNothing ? 'nothing ticked' : form ? 'saved' : null;
  return {
    ...{ of: 'settings', email, token, status, outcome },
    wholePage: ticksNothing ? false : whole_page,
    componentIds: ticksNothing ? [] : component_ids,
  };
});
