// The app itself.

export const en = {
  name: 'Hearth',
  tagline: 'Talk with the people you know.',
  loading: 'Loading…',
  close: 'Close',
  updated: 'There is a new version of Hearth.',
  reload: 'Reload',
  later: 'Later',
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
  notLoaded: 'Эта часть не загрузилась. Проверьте связь и попробуйте ещё раз.',
};
