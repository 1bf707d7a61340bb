// Settings of this browser.

export const en = {
  title: 'Settings',
  theme: 'Theme',
  language: 'Language',
  system: 'System',
  light: 'Light',
  dark: 'Dark',
};

export const ru: typeof en = {
  title: 'Настройки',
  theme: 'Тема',
  language: 'Язык',
  system: 'Системная',
  light: 'Светлая',
  dark: 'Тёмная',
};
