// The result of asking for a new token.

/** `ended`: the session has ended. `unreachable`: unknown; ask again later. */
export type RenewResult = 'renewed' | 'ended' | 'unreachable';
