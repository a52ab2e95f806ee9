import { signUpCreate } from '../../../../domain/subscriber-input.ts';
import * as answers from '../../../../http/answers.ts';
import { resource } from '../../../../http/endpoint.ts';
import { HttpError } from '../../../../http/errors.ts';
import { visitorEndpoint } from '../../../../http/visitor-endpoint.ts';
import { signUp, TooManySignUpsError } from '../../../../manage/sign-ups.ts';
import { paths } from '../../../../render/paths.ts';

/** The same answer whoever asks for whomever. */
const TAKEN = { detail: 'If this address can be mailed, a message with a link is on its way.' };

export const { POST, ALL } = resource({
  POST: visitorEndpoint({
    summary: 'Subscribe to the page, or to some components',
    status: 202,
    answer: answers.taken,
    failures: [429],
    body: signUpCreate,
    fromForm(form) {
      const email = form.get('email');
      const component_ids = form.getAll('component_ids');
      if (form.get('follow') === 'page') return { email };
      // Who wants to choose and has chosen nothing is asked again, not taken for the whole page.
      if (form.get('follow') === 'components' && component_ids.length === 0)
        return { email, component_ids: null };
      return { email, component_ids };
    },
    leadsTo: { done: paths.subscribeSent, failed: paths.subscribeError },
    async handle({ services, page, body, client }) {
      try {
        await signUp(services.manager, page.id, body, client);
      } catch (error) {
        if (!(error instanceof TooManySignUpsError)) throw error;
        const seconds = String(Math.ceil(error.retryAfterMs / 1000));
        throw new HttpError(429, error.message, { 'Retry-After': seconds });
      }
      return { status: 202, body: TAKEN };
    },
  }),
});
