export const beaconText = (number: number) => `The beacon says ${number}.`;
export const BEACON = /The beacon says (\d+)\./;
