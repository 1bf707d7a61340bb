// The state of the connection.

export const line = {
  connecting: 'Connecting…',
  waiting: 'No connection. Reconnecting…',
  offline: 'You are offline. Messages will be sent when you are back online.',
  retry: 'Try now',
  /** Below a name, in place of presence. */
  short: { connecting: 'Connecting…', waiting: 'No connection', offline: 'You are offline' },
};
