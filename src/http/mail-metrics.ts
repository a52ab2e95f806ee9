import type { Registry } from 'prom-client';
import type { Services } from '../services.ts';
import { addFigures } from './figures.ts';

/** How mail does: what waits, whether the way out is closed, and what this process has sent. */
export function addMailMetrics(services: Services, registry: Registry): void {
  const add = (name: string, help: string, values: () => Promise<Record<string, number>>) =>
    addFigures(registry, 'lane', name, help, values);
  const state = async () => {
    const { detail } = await services.readiness();
    return detail.mail as Awaited<ReturnType<Services['mailState']>> | undefined;
  };
  add('daymark_mail_waiting', 'What waits to be sent.', async () => {
    const mail = await state();
    return {
      letters: mail?.letters_waiting ?? 0,
      email: mail?.mails_waiting ?? 0,
      webhook: mail?.webhooks_waiting ?? 0,
    };
  });
  add('daymark_mail_failing_seconds', 'For how long no mail has gone out; 0 while it does.', async () => {
    const since = (await state())?.failing_since;
    return { email: since ? (services.now() - Date.parse(since)) / 1000 : 0 };
  });
  const counter = (name: string, help: string, which: 'sent' | 'failed' | 'retried') =>
    add(name, help, async () =>
      Object.fromEntries(Object.entries(services.mailStats()).map(([lane, stats]) => [lane, stats[which]])),
    );
  counter('daymark_mails_sent_total', 'Mails that this process has sent.', 'sent');
  counter('daymark_mails_failed_total', 'Mails that were given up.', 'failed');
  counter('daymark_mails_retried_total', 'Tries that failed and will be made again.', 'retried');
}
