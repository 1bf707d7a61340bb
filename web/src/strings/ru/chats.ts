// The chat list.
import type { Strings } from '../dictionary';
import { notes } from '../language';
import { plural } from '../plural';

export const chats: Strings['chats'] = {
  title: 'Чаты',
  empty: 'Пока нет чатов',
  emptyHint: 'Найдите кого-нибудь по имени или электронной почте и поздоровайтесь.',
  welcome: 'Начните общаться',
  welcomeHint: 'Найдите людей по имени или электронной почте или создайте группу.',
  findPeople: 'Найти людей',
  invite: 'Пригласите других: регистрация по адресу',
  copyAddress: 'Скопировать адрес',
  compose: 'Новый чат',
  newMessage: 'Новое сообщение',
  offline: 'Нет соединения',
  offlineHint: 'Чаты появятся, когда связь восстановится.',
  unread: plural('ru', {
    one: '# непрочитанное сообщение',
    few: '# непрочитанных сообщения',
    many: '# непрочитанных сообщений',
    other: '# непрочитанного сообщения',
  }),
  muted: 'Без звука',
  notes: notes.ru,
  deletedAccount: 'Удалённый аккаунт',
  you: 'Вы',
  unknown: 'Неизвестно',
  draft: 'Черновик',
  sending: 'Отправляется',
  menu: 'Меню',
  newGroup: 'Новая группа',
};
