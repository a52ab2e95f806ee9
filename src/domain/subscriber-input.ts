/** The bodies about subscribers that the API takes (contract, sections 4 and 5). */
import { z } from 'zod';
import { emailAddress } from './email-address.ts';
import { componentIds } from './input.ts';

const token = z.string().max(200);

/** Both the public sign-up and what the customer adds: without components it is for the whole page. */
export const signUpCreate = z
  .strictObject({ email: emailAddress, component_ids: componentIds.optional() })
  .meta({ id: 'SignUpCreate' });
export const subscriberCreate = z
  .strictObject({ email: emailAddress, component_ids: componentIds.optional() })
  .meta({ id: 'SubscriberCreate' });
export const subscriberPatch = z
  .strictObject({
    email: emailAddress,
    component_ids: componentIds,
    status: z.enum(['active', 'unsubscribed']),
  })
  .partial()
  .meta({ id: 'SubscriberPatch' });
export const verificationCreate = z.strictObject({ token }).meta({ id: 'VerificationCreate' });
export const unsubscribeCreate = z
  .strictObject({ token: token.optional() })
  .meta({ id: 'UnsubscribeCreate' });
export const subscriptionPatch = z
  .strictObject({ whole_page: z.boolean(), component_ids: componentIds })
  .partial()
  .refine(
    ({ whole_page, component_ids }) =>
      whole_page === undefined || component_ids === undefined || whole_page === (component_ids.length === 0),
    { path: ['whole_page'], message: 'The whole page is what an empty list of components says.' },
  )
  .meta({ id: 'SubscriptionPatch' });

export type SubscriberCreate = z.output<typeof subscriberCreate>;
export type SubscriberPatch = z.output<typeof subscriberPatch>;
export type SubscriptionPatch = z.output<typeof subscriptionPatch>;
