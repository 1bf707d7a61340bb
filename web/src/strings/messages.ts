// What one can do to a message.

export const en = {
  menu: 'What to do with this message',
  reply: 'Reply',
  copy: 'Copy',
  copied: 'Copied',
  edit: 'Edit',
  remove: 'Delete',
  removeTitle: 'Delete this message?',
  removeText: 'It disappears for everybody in this chat.',
  cancel: 'Cancel',
  replyingTo: (name: string) => `Reply to ${name}`,
  editing: 'Edit message',
  quoteGone: 'Message not available',
  toQuoted: 'Go to the quoted message',
  reaction: (emoji: string, count: number) => `${emoji}: ${count}`,
};

export const ru: typeof en = {
  menu: 'Действия с сообщением',
  reply: 'Ответить',
  copy: 'Копировать',
  copied: 'Скопировано',
  edit: 'Изменить',
  remove: 'Удалить',
  removeTitle: 'Удалить сообщение?',
  removeText: 'Оно исчезнет у всех в этом чате.',
  cancel: 'Отмена',
  replyingTo: (name) => `Ответ: ${name}`,
  editing: 'Изменение сообщения',
  quoteGone: 'Сообщение недоступно',
  toQuoted: 'К цитируемому сообщению',
  reaction: (emoji, count) => `${emoji}: ${count}`,
};
