// Searching people and groups.
import { plural } from './plural';
import { words } from './words';

export const en = {
  label: 'Search people and groups',
  clear: 'Clear search',
  people: 'People',
  groups: 'Groups',
  searching: 'Searching…',
  nothing: 'Nobody and no group found',
  nothingHint: 'Try another spelling, or the e-mail address.',
  failed: 'The search did not work.',
  inChats: 'in your chats',
  alsoIn: (groups: string[]) => 'also in ' + groups.map((name) => words`“${name}”`).join(', '),
  found: plural('en', { one: '# result', other: '# results' }),
};

export const ru: typeof en = {
  label: 'Поиск людей и групп',
  clear: 'Очистить поиск',
  people: 'Люди',
  groups: 'Группы',
  searching: 'Ищем…',
  nothing: 'Никого и ничего не нашлось',
  nothingHint: 'Попробуйте другое написание или адрес почты.',
  failed: 'Поиск не удался.',
  inChats: 'есть в ваших чатах',
  alsoIn: (groups) => 'также в ' + groups.map((name) => words`«${name}»`).join(', '),
  found: plural('ru', {
    one: '# результат',
    few: '# результата',
    many: '# результатов',
    other: '# результата',
  }),
};
