// The state of the connection.
import type { Strings } from '../dictionary';

export const line: Strings['line'] = {
  connecting: 'Подключение…',
  waiting: 'Нет соединения. Подключаемся…',
  offline: 'Вы не в сети. Сообщения отправятся, когда связь восстановится.',
  retry: 'Повторить',
  readOnly: 'На сервере почти не осталось места. Сообщения ждут здесь и отправятся, когда место появится.',
  short: { connecting: 'Подключение…', waiting: 'Нет соединения', offline: 'Вы не в сети' },
};
