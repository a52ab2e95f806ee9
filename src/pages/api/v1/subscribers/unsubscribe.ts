import { unsubscribeCreate } from '../../../../domain/subscriber-input.ts';
import * as answers from '../../../../http/answers.ts';
import { resource } from '../../../../http/endpoint.ts';
import { HttpError } from '../../../../http/errors.ts';
import { single } from '../../../../http/pagination.ts';
import { TOKEN, tokenOf } from '../../../../http/subscriber-token.ts';
import { visitorEndpoint } from '../../../../http/visitor-endpoint.ts';
import { unsubscribe } from '../../../../manage/subscriptions.ts';
import { paths } from '../../../../render/paths.ts';

/** The address of `List-Unsubscribe`: one click posts to it, a browser that is led here gets a page with a button. */
export const { GET, POST, ALL } = resource({
  GET: visitorEndpoint({
    summary: 'Go to the page with the button that unsubscribes',
    status: 303,
    parameters: [TOKEN],
    async handle({ query }) {
      const token = encodeURIComponent(single(query, 'token') ?? '');
      return { status: 303, headers: { Location: `../../../${paths.unsubscribe}?token=${token}` } };
    },
  }),
  POST: visitorEndpoint({
    summary: 'Unsubscribe',
    status: 200,
    answer: answers.left,
    parameters: [TOKEN],
    body: unsubscribeCreate,
    bodyOptional: true,
    fromForm: (form) => (form.has('token') ? { token: form.get('token') } : {}),
    async handle({ services, query, body }) {
      const token = query.has('token') ? tokenOf(query) : body.token;
      if (token === undefined) throw new HttpError(400, 'The token is missing.');
      await unsubscribe(services.manager, token);
      return { body: { status: 'unsubscribed' } };
    },
  }),
});
