/** Names of the demo's components that are used more than once. */
export const ZRH = 'Zürich (ZRH)';
export const GVA = 'Geneva (GVA)';
export const FRA = 'Frankfurt (FRA)';
export const WAW = 'Warsaw (WAW)';
export const DUB = 'Dublin (DUB)';
export const BLOCK_ZRH = 'Block storage, Zürich';
export const BLOCK_FRA = 'Block storage, Frankfurt';
export const OBJECT = 'Object storage';
export const EDGE = 'Edge and peering';
export const BALANCERS = 'Load balancers';
