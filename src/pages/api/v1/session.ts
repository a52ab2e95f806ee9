import { sessionCreate } from '../../../auth/account-input.ts';
import { signIn } from '../../../auth/sign-in.ts';
import * as answers from '../../../http/answers.ts';
import { assertOrigin } from '../../../http/authenticate.ts';
import { userDocument } from '../../../http/documents.ts';
import { openEndpoint, resource } from '../../../http/endpoint.ts';
import { HttpError } from '../../../http/errors.ts';
import { visitorOf } from '../../../http/visitor.ts';

const refuse = (detail: string) =>
  new HttpError(401, detail, { 'WWW-Authenticate': 'Bearer realm="daymark"' });

export const { POST, DELETE, ALL } = resource({
  POST: openEndpoint({
    summary: 'Sign in: the answer sets the session cookie',
    answer: answers.member,
    body: sessionCreate,
    statuses: [401, 429],
    async handle({ context, services, body }) {
      const outcome = await signIn(services, body, visitorOf(context));
      if (outcome.kind === 'refused') throw refuse('The address or the password is wrong.');
      if (outcome.kind === 'code_needed') {
        throw refuse(
          outcome.wrong ? 'The code is wrong.' : 'A code of the second factor is needed: send it as code.',
        );
      }
      return { body: userDocument(outcome.user), headers: { 'Set-Cookie': outcome.cookie } };
    },
  }),
  DELETE: openEndpoint({
    summary: 'Sign out: the session of the cookie ends',
    statuses: [401],
    async handle({ context: { request }, services }) {
      const found = await services.sessions.find(request.headers.get('cookie'));
      if (!found) throw refuse('You are not signed in.');
      assertOrigin(request, services.publicUrl);
      await services.sessions.end(found.user.id, found.sessionId);
      return { status: 204, headers: { 'Set-Cookie': services.sessions.forget() } };
    },
  }),
});
