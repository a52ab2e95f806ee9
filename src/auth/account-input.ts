/** The bodies and forms about accounts. */
import { z } from 'zod';
import { ROLES } from '../../db/accounts.ts';
import { emailAddress } from '../domain/email-address.ts';
import { oneLine } from '../domain/input.ts';
import { newPassword, triedPassword } from './passwords.ts';

const tried = z.string().max(320);

/** The body of POST `/session`. */
export const sessionCreate = z
  .strictObject({ email: tried, password: triedPassword, code: z.string().max(40).optional() })
  .meta({ id: 'SessionCreate' });
/** The form of the sign-in page, in both its steps. */
export const signInForm = z.object({
  email: tried,
  password: triedPassword.or(z.literal('')),
  ticket: z.string().max(2000),
  code: z.string().max(40),
});

const role = z.enum(ROLES);
const pageIds = z
  .array(z.uuid('A UUID.'))
  .min(1)
  .max(1000)
  .refine((list) => new Set(list).size === list.length, 'A page is named twice.')
  .nullable();

export const memberPatch = z.strictObject({ role, page_ids: pageIds }).partial().meta({ id: 'MemberPatch' });
export const invitationCreate = z
  .strictObject({ email: emailAddress, role, page_ids: pageIds.optional() })
  .meta({ id: 'InvitationCreate' });

/** What somebody says who takes up an invitation. */
export const invitationForm = z.object({ name: oneLine.or(z.literal('')), password: newPassword });
export const passwordForm = z.object({ password: newPassword });
export const passwordChangeForm = z.object({ current: triedPassword, password: newPassword });
export const resetForm = z.object({ email: emailAddress });
