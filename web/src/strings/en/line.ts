// The state of the connection.

export const line = {
  connecting: 'Connecting…',
  waiting: 'No connection. Reconnecting…',
  offline: 'You are offline. Messages will be sent when you are back online.',
  retry: 'Try now',
  readOnly: 'The server’s disk is almost full. Messages wait here and are sent when there is room.',
  /** Below a name, in place of presence. */
  short: { connecting: 'Connecting…', waiting: 'No connection', offline: 'You are offline' },
};
