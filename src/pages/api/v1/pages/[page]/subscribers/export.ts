import { endpoint, resource } from '../../../../../../http/endpoint.ts';
import { choiceOf, single } from '../../../../../../http/pagination.ts';
import { subscribersCsv } from '../../../../../../http/subscribers-csv.ts';
import { componentNames } from '../../../../../../manage/subscriber-choices.ts';
import { SUBSCRIBER_STATUSES, walkSubscribers } from '../../../../../../manage/subscriber-queries.ts';

export const { GET, ALL } = resource({
  GET: endpoint({
    summary: 'Export the subscribers as CSV',
    answerType: 'text/csv',
    parameters: [
      { name: 'status_filter', description: 'Only those with this status', choices: SUBSCRIBER_STATUSES },
      { name: 'email', description: 'Only those whose address holds this' },
    ],
    scope: 'subscribers:read',
    page: true,
    async handle({ services, page, query }) {
      const status = choiceOf(query, 'status_filter', SUBSCRIBER_STATUSES);
      const filter = { status, email: single(query, 'email') };
      const names = await componentNames(services.read, page.id);
      const steps = walkSubscribers(services.read, page.id, filter);
      const chunks = subscribersCsv(steps, (one) => names.write(one.wholePage, one.componentIds));
      return { stream: { type: 'text/csv', fileName: `${page.slug}-subscribers.csv`, chunks } };
    },
  }),
});
