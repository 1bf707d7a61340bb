// Searching people and groups.
import type { Strings } from '../dictionary';
import { plural } from '../plural';
import { words } from '../words';

export const search: Strings['search'] = {
  label: 'Поиск людей и групп',
  clear: 'Очистить поиск',
  people: 'Люди',
  groups: 'Группы',
  searching: 'Поиск…',
  nothing: 'Ничего не найдено',
  nothingHint: 'Измените запрос или введите полный адрес почты.',
  failed: 'Не удалось выполнить поиск',
  inChats: 'есть в ваших чатах',
  alsoIn: (groups) => 'также в ' + groups.map((name) => words`«${name}»`).join(', '),
  found: plural('ru', {
    one: '# результат',
    few: '# результата',
    many: '# результатов',
    other: '# результата',
  }),
};
