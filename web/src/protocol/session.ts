// What asking for a new token comes to.

/** `ended`: the server knows the session no longer. `unreachable`: nobody knows; ask again later. */
export type Renewed = 'renewed' | 'ended' | 'unreachable';
