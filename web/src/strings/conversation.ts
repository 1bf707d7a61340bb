// One chat: its messages and where one writes.
import { plural } from './plural';
import { isolated, words } from './words';

export const en = {
  choose: 'Choose a conversation',
  chooseHint: 'Or search for somebody to begin one.',
  back: 'Back to the chats',
  label: 'Messages',
  empty: 'Nothing here yet',
  emptyHint: 'Write the first message.',
  offline: 'Not on this device yet',
  offlineHint: 'The messages are shown as soon as there is a connection.',
  notMember: 'You are not in this group',
  notMemberHint: 'Only its members can read it. Ask one of them to add you.',
  nobody: 'There is nobody here',
  nobodyHint: 'The link is wrong, or the account is gone.',
  failed: 'The messages could not be loaded.',
  retry: 'Try again',
  unread: 'New messages',
  toNewest: 'To the newest messages',
  newBelow: plural('en', { one: '# new message', other: '# new messages' }),
  write: 'Message',
  send: 'Send',
  tooLong: plural('en', { one: '# character too many', other: '# characters too many' }),
  deletedCannot: 'This account is gone. You can still read what was said.',
  blockedCannot: 'You have blocked this person.',
  unblock: 'Unblock',
  menu: 'What to do with this conversation',
  pending: 'Sending…',
  notSent: 'Not sent',
  discard: 'Discard',
  sent: 'Sent',
  seen: 'Seen',
  edited: 'edited',
  leadsTo: (host: string) => words`leads to ${host}`,
  deleted: 'Message deleted',
  says: (who: string, text: string) => words`${who}: ${text}`,
  saysAt: (who: string, when: string, text: string) => words`${who}, ${when}: ${text}`,
  online: 'online',
  lastSeen: (when: string) => words`last seen ${when}`,
  members: plural('en', { one: '# member', other: '# members' }),
  typing: (names: string[]) =>
    names.length === 1
      ? words`${names[0] ?? ''} is typing…`
      : names.length === 2
        ? names.map(isolated).join(' and ') + ' are typing…'
        : 'Several people are typing…',
  typingShort: 'typing…',
};

export const ru: typeof en = {
  choose: 'Выберите беседу',
  chooseHint: 'Или найдите кого-нибудь, чтобы начать новую.',
  back: 'Назад к чатам',
  label: 'Сообщения',
  empty: 'Здесь пока пусто',
  emptyHint: 'Напишите первое сообщение.',
  offline: 'Этого пока нет на устройстве',
  offlineHint: 'Сообщения появятся, как только вернётся связь.',
  notMember: 'Вы не состоите в этой группе',
  notMemberHint: 'Читать её могут только участники. Попросите кого-нибудь из них вас добавить.',
  nobody: 'Здесь никого нет',
  nobodyHint: 'Ссылка неверна, или аккаунта больше нет.',
  failed: 'Не удалось загрузить сообщения.',
  retry: 'Повторить',
  unread: 'Новые сообщения',
  toNewest: 'К новым сообщениям',
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
  deletedCannot: 'Этого аккаунта больше нет. Переписку можно читать.',
  blockedCannot: 'Вы заблокировали этого человека.',
  unblock: 'Разблокировать',
  menu: 'Действия с беседой',
  pending: 'Отправляется…',
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
  lastSeen: (when) => words`был(а) ${when}`,
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
