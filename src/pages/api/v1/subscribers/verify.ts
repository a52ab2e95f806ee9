import { verificationCreate } from '../../../../domain/subscriber-input.ts';
import { subscriberToken } from '../../../../domain/subscriber-token.ts';
import * as answers from '../../../../http/answers.ts';
import { resource } from '../../../../http/endpoint.ts';
import { visitorEndpoint } from '../../../../http/visitor-endpoint.ts';
import { verifySignUp } from '../../../../manage/sign-ups.ts';

export const { POST, ALL } = resource({
  POST: visitorEndpoint({
    summary: 'Verify an address by the token that it was mailed',
    status: 200,
    answer: answers.verified,
    body: verificationCreate,
    fromForm: (form) => ({ token: form.get('token') }),
    async handle({ services, page, body }) {
      const id = await verifySignUp(services.manager, page.id, body.token);
      return { body: { manage_token: subscriberToken(services.secrets, id) } };
    },
  }),
});
