import { expect, test } from 'vitest';
import { createSecrets } from '../../src/auth/secrets.ts';
import { newId } from '../../src/domain/ids.ts';
import { subscriberOfToken, subscriberToken } from '../../src/domain/subscriber-token.ts';

const secrets = createSecrets('the secret of one installation, long enough');

test('the token of a subscriber names them, and nobody else', () => {
  const [id, other] = [newId(), newId()];
  const token = subscriberToken(secrets, id);
  expect(subscriberOfToken(secrets, token)).toBe(id);
  expect(subscriberOfToken(secrets, token.replace(id, other))).toBeNull();
});

test('what another installation signed, and what is no token, names nobody', () => {
  const elsewhere = createSecrets('the secret of another installation, as long');
  const token = subscriberToken(elsewhere, newId());
  for (const text of [token, '', '.', `${token}.`, newId(), '../../etc/passwd']) {
    expect(subscriberOfToken(secrets, text)).toBeNull();
  }
});
