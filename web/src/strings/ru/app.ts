// The app itself.
import type { Strings } from '../dictionary';

export const app: Strings['app'] = {
  name: 'Hearth',
  tagline: 'Общайтесь с теми, кого вы знаете.',
  loading: 'Загрузка…',
  close: 'Закрыть',
  updated: 'Доступна новая версия Hearth.',
  reload: 'Обновить',
  later: 'Позже',
  noFiles: 'Отправлять файлы и изображения пока нельзя.',
  lost: 'Страница не найдена',
  lostHint: 'Возможно, ссылка неверна или страницы больше нет.',
  toChats: 'Перейти к чатам',
  notLoaded: 'Не удалось загрузить эту часть приложения. Проверьте соединение и попробуйте ещё раз.',
};
