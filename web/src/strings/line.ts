// The state of the connection.

export const en = {
  connecting: 'Connecting…',
  waiting: 'No connection. Trying again…',
  offline: 'You are offline. What you write is sent when you are back.',
  retry: 'Try now',
  /** Below a name, in place of presence. */
  short: { connecting: 'Connecting…', waiting: 'No connection', offline: 'You are offline' },
};

export const ru: typeof en = {
  connecting: 'Соединение…',
  waiting: 'Нет связи. Пробуем снова…',
  offline: 'Вы не в сети. Написанное уйдёт, когда связь вернётся.',
  retry: 'Повторить',
  short: { connecting: 'Соединение…', waiting: 'Нет связи', offline: 'Вы не в сети' },
};
