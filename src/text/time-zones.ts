/** The names of all time zones that this machine knows, UTC first. */
export function timeZones(): string[] {
  return [
    'Etc/UTC',
    ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'Etc/UTC' && zone !== 'UTC'),
  ];
}
