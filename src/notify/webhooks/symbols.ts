/** Why a receiver was not reached, as symbols: what the delivery log holds. */
const BY_CODE: Record<string, string> = {
  ADDRESS_REFUSED: 'address_refused',
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_closed',
  EPIPE: 'connection_closed',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'host_unreachable',
  ENETUNREACH: 'host_unreachable',
  ENOTFOUND: 'host_unknown',
  ENODATA: 'host_unknown',
  EAI_AGAIN: 'dns_failed',
  ERR_INVALID_URL: 'url_invalid',
  ERR_INVALID_PROTOCOL: 'url_invalid',
};

/** `connection_failed` stands for what has no symbol of its own. */
export function symbolOf(error: unknown): string {
  const { code, errors } = error as { code?: string; errors?: unknown[] };
  const known = BY_CODE[code ?? ''];
  if (known) return known;
  if (/CERT|SIGNATURE|SELF_SIGNED|^ERR_TLS|^ERR_SSL|^UNABLE_TO|^EPROTO$/.test(code ?? ''))
    return 'tls_failed';
  if (/^HPE_/.test(code ?? '')) return 'answer_invalid';
  if (/^E(SERVFAIL|REFUSED|TIMEOUT|BADRESP|FORMERR)$/.test(code ?? '')) return 'dns_failed';
  return errors && errors.length > 0 ? symbolOf(errors[0]) : 'connection_failed';
}
