// The app itself.

export const en = {
  name: 'Hearth',
  tagline: 'Talk with the people you know.',
  loading: 'Loading…',
  close: 'Close',
};

export const ru: typeof en = {
  name: 'Hearth',
  tagline: 'Общайтесь с теми, кого знаете.',
  loading: 'Загрузка…',
  close: 'Закрыть',
};
