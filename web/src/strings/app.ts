// The app itself.

export const en = {
  name: 'Hearth',
  tagline: 'Talk with the people you know.',
  loading: 'Loading…',
  close: 'Close',
  updated: 'There is a new version of Hearth.',
  reload: 'Reload',
  later: 'Later',
  noFiles: 'Files and pictures cannot be sent yet.',
  lost: 'There is no such page',
  lostHint: 'The address is wrong, or what it led to is gone.',
  toChats: 'Go to your chats',
  notLoaded: 'This part could not be loaded. Check the connection, and try again.',
};

export const ru: typeof en = {
  name: 'Hearth',
  tagline: 'Общайтесь с теми, кого знаете.',
  loading: 'Загрузка…',
  close: 'Закрыть',
  updated: 'Вышла новая версия Hearth.',
  reload: 'Обновить',
  later: 'Позже',
  noFiles: 'Файлы и картинки пока отправлять нельзя.',
  lost: 'Такой страницы нет',
  lostHint: 'Адрес неверен, или того, на что он указывал, больше нет.',
  toChats: 'К чатам',
  notLoaded: 'Эта часть не загрузилась. Проверьте связь и попробуйте ещё раз.',
};
