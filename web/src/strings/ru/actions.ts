// Actions on a chat that change it only for the reader.
import type { Strings } from '../dictionary';
import { words } from '../words';

export const actions: Strings['actions'] = {
  read: 'Отметить как прочитанное',
  mute: 'Отключить уведомления…',
  unmute: 'Включить уведомления',
  muteFor: { hour: 'На 1 час', hours: 'На 8 часов', morning: 'До завтрашнего утра', always: 'Навсегда' },
  mutedUntil: (when) => words`до ${when}`,
  mutedForever: 'навсегда',
  hide: 'Удалить чат…',
  hideTitle: (name) => words`Удалить чат с пользователем ${name}?`,
  hideNotesTitle: 'Удалить заметки?',
  hideText: 'Он будет удалён у вас на всех устройствах. У собеседника он останется.',
  hideNotesText: 'Они будут удалены на всех ваших устройствах.',
  hideAction: 'Удалить',
};
