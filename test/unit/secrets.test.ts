import { describe, expect, test } from 'vitest';
import { createSecrets } from '../../src/auth/secrets.ts';

const secrets = createSecrets('the secret of one installation, 32+');

describe('what is made with the installation’s secret', () => {
  test('a signature holds for its text and its purpose alone', () => {
    const signature = secrets.sign('manage', 'alice');
    expect(secrets.isSigned('manage', 'alice', signature)).toBe(true);
    expect(secrets.isSigned('manage', 'bob', signature)).toBe(false);
    expect(secrets.isSigned('erased', 'alice', signature)).toBe(false);
    expect(secrets.isSigned('manage', 'alice', '')).toBe(false);
    expect(createSecrets('another installation, also 32 long').isSigned('manage', 'alice', signature)).toBe(
      false,
    );
  });

  test('what is sealed opens again, never for another purpose, never when it was changed', () => {
    const sealed = secrets.seal('webhook', 'whsec_ü');
    expect(sealed).not.toBe(secrets.seal('webhook', 'whsec_ü'));
    expect(secrets.open('webhook', sealed)).toBe('whsec_ü');
    expect(() => secrets.open('totp', sealed)).toThrow();
    const changed = Buffer.from(sealed, 'base64url');
    changed[changed.length - 1]! ^= 1;
    expect(() => secrets.open('webhook', changed.toString('base64url'))).toThrow();
  });
});
