// Actions on a message.
import type { Strings } from '../dictionary';
import { plural } from '../plural';
import { words } from '../words';

export const messages: Strings['messages'] = {
  menu: 'Меню сообщения',
  keys: 'Стрелки — переход между сообщениями, Enter — меню, вопросительный знак — все сочетания клавиш.',
  react: 'Поставить реакцию',
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
  notCopied: 'Не удалось скопировать: браузер не разрешает',
  edit: 'Изменить',
  remove: 'Удалить',
  removeTitle: 'Удалить сообщение?',
  removeText: 'Оно будет удалено у всех в этом чате.',
  cancel: 'Отмена',
  replyingTo: (name) => words`Ответ: ${name}`,
  editing: 'Редактирование',
  quoteGone: 'Сообщение недоступно',
  toQuoted: 'Перейти к цитируемому сообщению',
  reaction: (emoji, count, mine) => words`${emoji} ${String(count)}${mine ? ', и вы тоже' : ''}`,
};
