// What one can do to a message.
import { plural } from './plural';
import { words } from './words';

export const en = {
  menu: 'What to do with this message',
  keys: 'Arrow keys lead from message to message, Enter opens the menu, a question mark tells all keys.',
  react: 'React',
  moreReactions: 'More reactions',
  reactions: 'Reactions',
  seenBy: plural('en', { one: 'Seen by # person', other: 'Seen by # people' }),
  reply: 'Reply',
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'The browser did not allow copying',
  edit: 'Edit',
  remove: 'Delete',
  removeTitle: 'Delete this message?',
  removeText: 'It disappears for everybody in this chat.',
  cancel: 'Cancel',
  replyingTo: (name: string) => words`Reply to ${name}`,
  editing: 'Edit message',
  quoteGone: 'Message not available',
  toQuoted: 'Go to the quoted message',
  reaction: (emoji: string, count: number, mine: boolean) =>
    words`${emoji} ${String(count)}${mine ? ', you too' : ''}`,
};

export const ru: typeof en = {
  menu: 'Действия с сообщением',
  keys: 'Стрелки ведут от сообщения к сообщению, Enter открывает меню, вопросительный знак — все клавиши.',
  react: 'Отреагировать',
  moreReactions: 'Другие реакции',
  reactions: 'Реакции',
  seenBy: plural('ru', {
    one: 'Прочитал # человек',
    few: 'Прочитали # человека',
    many: 'Прочитали # человек',
    other: 'Прочитали # человека',
  }),
  reply: 'Ответить',
  copy: 'Копировать',
  copied: 'Скопировано',
  notCopied: 'Браузер не разрешил копирование',
  edit: 'Изменить',
  remove: 'Удалить',
  removeTitle: 'Удалить сообщение?',
  removeText: 'Оно исчезнет у всех в этом чате.',
  cancel: 'Отмена',
  replyingTo: (name) => words`Ответ: ${name}`,
  editing: 'Изменение сообщения',
  quoteGone: 'Сообщение недоступно',
  toQuoted: 'К цитируемому сообщению',
  reaction: (emoji, count, mine) => words`${emoji} ${String(count)}${mine ? ', и вы тоже' : ''}`,
};
