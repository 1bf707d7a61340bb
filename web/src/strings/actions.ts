// What one does to a chat for oneself: from its menus.
import { words } from './words';

export const en = {
  read: 'Mark as read',
  mute: 'Mute…',
  unmute: 'Unmute',
  muteFor: { hour: 'For 1 hour', hours: 'For 8 hours', morning: 'Until tomorrow morning', always: 'Always' },
  mutedUntil: (when: string) => words`until ${when}`,
  mutedForever: 'always',
  hide: 'Delete conversation…',
  hideTitle: (name: string) => words`Delete the conversation with ${name}?`,
  hideNotesTitle: 'Delete your notes?',
  hideText: 'It disappears for you, on all your devices. The other side keeps it.',
  hideNotesText: 'They disappear on all your devices.',
  hideAction: 'Delete',
};

export const ru: typeof en = {
  read: 'Отметить прочитанным',
  mute: 'Выключить звук…',
  unmute: 'Включить звук',
  muteFor: { hour: 'На 1 час', hours: 'На 8 часов', morning: 'До завтрашнего утра', always: 'Навсегда' },
  mutedUntil: (when) => words`до ${when}`,
  mutedForever: 'навсегда',
  hide: 'Удалить беседу…',
  hideTitle: (name) => words`Удалить беседу с пользователем ${name}?`,
  hideNotesTitle: 'Удалить заметки?',
  hideText: 'Она исчезнет у вас на всех устройствах. У собеседника она останется.',
  hideNotesText: 'Они исчезнут на всех ваших устройствах.',
  hideAction: 'Удалить',
};
