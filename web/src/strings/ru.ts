// Russian.
import type { Strings } from './en';
import { plural } from './plural';

export const ru: Strings = {
  locale: 'ru',
  app: { name: 'Hearth', tagline: 'Общайтесь с теми, кого знаете.', loading: 'Загрузка…' },

  account: {
    logIn: 'Войти',
    signUp: 'Создать аккаунт',
    logOut: 'Выйти',
    toSignUp: 'Впервые здесь? Создайте аккаунт',
    toLogIn: 'Уже есть аккаунт? Войдите',
    firstName: 'Имя',
    lastName: 'Фамилия (необязательно)',
    email: 'Эл. почта',
    password: 'Пароль',
    showPassword: 'Показать пароль',
    hidePassword: 'Скрыть пароль',
    working: 'Секунду…',
    expired: 'Сеанс завершён. Войдите, чтобы продолжить: написанное сохранено.',
  },

  faults: {
    required: 'Заполните это поле.',
    tooLong: (limit) => `Не длиннее ${limit} символов.`,
    email: 'Это не похоже на адрес почты.',
    passwordShort: (limit) => `Не короче ${limit} символов.`,
    control: 'Здесь есть недопустимые символы.',
  },

  refusals: {
    email_taken: 'Аккаунт с этой почтой уже есть.',
    wrong_credentials: 'Такого аккаунта нет или пароль неверен.',
    wrong_password: 'Пароль неверен.',
    too_many_requests: 'Слишком много попыток. Подождите немного и повторите.',
    unavailable: 'Сервер занят. Повторите чуть позже.',
    network: 'Сервер недоступен. Проверьте соединение.',
    invalid: 'Не всё заполнено как нужно.',
    user_not_found: 'У этого человека больше нет аккаунта.',
    not_a_member: 'Вы не состоите в этой группе.',
    not_allowed: 'Вам это не разрешено.',
    blocked: 'Сообщения между вами заблокированы.',
    unknown: 'Не получилось. Попробуйте ещё раз.',
  },

  line: {
    connecting: 'Соединение…',
    waiting: 'Нет связи. Пробуем снова…',
    offline: 'Вы не в сети. Написанное уйдёт, когда связь вернётся.',
    retry: 'Повторить',
  },

  chats: {
    title: 'Чаты',
    empty: 'Пока нет бесед',
    emptyHint: 'Найдите кого-нибудь по имени или почте и поздоровайтесь.',
    unread: plural('ru', {
      one: '# непрочитанное сообщение',
      few: '# непрочитанных сообщения',
      many: '# непрочитанных сообщений',
      other: '# непрочитанного сообщения',
    }),
    muted: 'Без звука',
    notes: 'Заметки',
    deletedAccount: 'Удалённый аккаунт',
    you: 'Вы',
    draft: 'Черновик',
    sending: 'Отправляется',
    menu: 'Меню',
  },

  search: {
    label: 'Поиск людей и групп',
    clear: 'Очистить поиск',
    people: 'Люди',
    groups: 'Группы',
    searching: 'Ищем…',
    nothing: 'Никого и ничего не нашлось',
    nothingHint: 'Попробуйте другое написание или адрес почты.',
    failed: 'Поиск не удался.',
    found: plural('ru', {
      one: '# результат',
      few: '# результата',
      many: '# результатов',
      other: '# результата',
    }),
  },

  conversation: {
    choose: 'Выберите беседу',
    chooseHint: 'Или найдите кого-нибудь, чтобы начать новую.',
    back: 'Назад к чатам',
    label: 'Сообщения',
    empty: 'Здесь пока пусто',
    emptyHint: 'Напишите первое сообщение.',
    failed: 'Не удалось загрузить сообщения.',
    retry: 'Повторить',
    unread: 'Новые сообщения',
    toNewest: 'К новым сообщениям',
    write: 'Сообщение',
    send: 'Отправить',
    tooLong: (over) => `Лишних символов: ${over}`,
    deletedCannot: 'Этого аккаунта больше нет. Переписку можно читать.',
    blockedCannot: 'Вы заблокировали этого человека.',
    pending: 'Отправляется…',
    notSent: 'Не отправлено',
    discard: 'Удалить',
    sent: 'Отправлено',
    seen: 'Прочитано',
    edited: 'изменено',
    deleted: 'Сообщение удалено',
    online: 'в сети',
    lastSeen: (when) => `был(а) ${when}`,
    members: plural('ru', {
      one: '# участник',
      few: '# участника',
      many: '# участников',
      other: '# участника',
    }),
    typing: (names) =>
      names.length === 1
        ? `${names[0]} печатает…`
        : names.length === 2
          ? `${names.join(' и ')} печатают…`
          : 'Несколько человек печатают…',
    typingShort: 'печатает…',
  },

  notices: {
    created: (who) => `${who}: группа создана`,
    added: (who, whom) => `${who}: в группе теперь ${whom}`,
    left: (who) => `${who}: выход из группы`,
    removed: (who, whom) => `${who}: из группы исключён участник ${whom}`,
    renamed: (who, name) => `${who}: группа теперь называется «${name}»`,
    owner: (who, whom) => `${who}: новый владелец группы — ${whom}`,
    admin: (who, whom) => `${who}: новый администратор — ${whom}`,
    member: (who, whom) => `${who}: теперь обычный участник — ${whom}`,
  },
};
