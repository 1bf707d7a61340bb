// The way to the settings; what stands in them is in `preferences`.

export const en = {
  title: 'Settings',
};

export const ru: typeof en = {
  title: 'Настройки',
};
