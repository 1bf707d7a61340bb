// The chat list.
import { plural } from './plural';

export const en = {
  title: 'Chats',
  empty: 'No conversations yet',
  emptyHint: 'Search for somebody by name or e‑mail, and say hello.',
  offline: 'No connection',
  offlineHint: 'Your chats are shown as soon as it is back.',
  unread: plural('en', { one: '# unread message', other: '# unread messages' }),
  muted: 'Muted',
  notes: 'Notes',
  deletedAccount: 'Deleted account',
  you: 'You',
  unknown: 'Unknown',
  draft: 'Draft',
  sending: 'Sending',
  menu: 'Menu',
  newGroup: 'New group',
};

export const ru: typeof en = {
  title: 'Чаты',
  empty: 'Пока нет бесед',
  emptyHint: 'Найдите кого-нибудь по имени или почте и поздоровайтесь.',
  offline: 'Нет связи',
  offlineHint: 'Чаты появятся, как только она вернётся.',
  unread: plural('ru', {
    one: '# непрочитанное сообщение',
    few: '# непрочитанных сообщения',
    many: '# непрочитанных сообщений',
    other: '# непрочитанного сообщения',
  }),
  muted: 'Без звука',
  notes: 'Заметки',
  deletedAccount: 'Удалённый аккаунт',
  you: 'Вы',
  unknown: 'Неизвестно',
  draft: 'Черновик',
  sending: 'Отправляется',
  menu: 'Меню',
  newGroup: 'Новая группа',
};
