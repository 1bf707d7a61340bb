// A chat: its messages and the text field.
import type { Strings } from '../dictionary';
import { plural } from '../plural';
import { isolated, words } from '../words';

export const conversation: Strings['conversation'] = {
  choose: 'Выберите чат',
  chooseHint: 'Или найдите собеседника, чтобы начать новый.',
  back: 'Назад к чатам',
  label: 'Сообщения',
  empty: 'Сообщений пока нет',
  emptyHint: 'Напишите первое сообщение.',
  offline: 'Недоступно без сети',
  offlineHint: 'Сообщения появятся, когда связь восстановится.',
  notMember: 'Вы не участник этой группы',
  notMemberHint: 'Читать её могут только участники. Попросите кого-нибудь из них добавить вас.',
  nobody: 'Аккаунт не найден',
  nobodyHint: 'Возможно, ссылка неверна или аккаунт удалён.',
  failed: 'Не удалось загрузить сообщения.',
  retry: 'Повторить',
  unread: 'Новые сообщения',
  toNewest: 'К последним сообщениям',
  newBelow: plural('ru', {
    one: '# новое сообщение',
    few: '# новых сообщения',
    many: '# новых сообщений',
    other: '# нового сообщения',
  }),
  write: 'Сообщение',
  send: 'Отправить',
  tooLong: plural('ru', {
    one: '# лишний символ',
    few: '# лишних символа',
    many: '# лишних символов',
    other: '# лишнего символа',
  }),
  deletedCannot: 'Этот аккаунт удалён. Переписку по-прежнему можно читать.',
  blockedPerson: 'Заблокированный пользователь',
  hidden: 'Сообщение скрыто',
  show: 'Показать',
  showHidden: 'Показать скрытое сообщение',
  blockedCannot: 'Вы заблокировали этого пользователя.',
  unblock: 'Разблокировать',
  menu: 'Меню чата',
  pending: 'Отправляется…',
  waiting: 'Ждёт места на сервере',
  notSent: 'Не отправлено',
  discard: 'Удалить',
  sent: 'Отправлено',
  seen: 'Прочитано',
  edited: 'изменено',
  leadsTo: (host) => words`ведёт на ${host}`,
  deleted: 'Сообщение удалено',
  says: (who, text) => words`${who}: ${text}`,
  saysAt: (who, when, text) => words`${who}, ${when}: ${text}`,
  online: 'в сети',
  lastSeen: (when) => words`был(а) в сети: ${when}`,
  members: plural('ru', {
    one: '# участник',
    few: '# участника',
    many: '# участников',
    other: '# участника',
  }),
  typing: (names) =>
    names.length === 1
      ? words`${names[0] ?? ''} печатает…`
      : names.length === 2
        ? names.map(isolated).join(' и ') + ' печатают…'
        : 'Несколько человек печатают…',
  typingShort: 'печатает…',
};
