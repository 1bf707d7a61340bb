// The emoji picker.

export const en = {
  label: 'Emoji',
  search: 'Search emoji',
  open: 'Choose an emoji',
  loading: 'Loading emoji…',
  failed: 'The emoji could not be loaded.',
  none: 'No such emoji',
  recent: 'Recently used',
  groups: [
    'Smileys',
    'People',
    'Animals and nature',
    'Food and drink',
    'Travel and places',
    'Activities',
    'Objects',
    'Symbols',
    'Flags',
  ],
  tone: 'Skin tone',
  tones: ['Yellow', 'Light', 'Medium-light', 'Medium', 'Medium-dark', 'Dark'],
};

export const ru: typeof en = {
  label: 'Эмодзи',
  search: 'Поиск эмодзи',
  open: 'Выбрать эмодзи',
  loading: 'Эмодзи загружаются…',
  failed: 'Не удалось загрузить эмодзи.',
  none: 'Таких эмодзи нет',
  recent: 'Недавние',
  groups: [
    'Смайлики',
    'Люди',
    'Животные и природа',
    'Еда и напитки',
    'Путешествия и места',
    'Занятия',
    'Предметы',
    'Символы',
    'Флаги',
  ],
  tone: 'Цвет кожи',
  tones: ['Жёлтый', 'Светлый', 'Светло-смуглый', 'Смуглый', 'Тёмно-смуглый', 'Тёмный'],
};
