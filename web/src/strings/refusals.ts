// Refusals of the server by their code, and what is wrong with a field.
import { plural } from './plural';
import { words } from './words';

export const en = {
  faults: {
    required: 'Please fill this in.',
    tooLong: plural('en', { one: 'At most # character.', other: 'At most # characters.' }),
    email: 'This does not look like an e-mail address.',
    passwordShort: plural('en', { one: 'At least # character.', other: 'At least # characters.' }),
    control: 'This contains characters that cannot be used.',
    same: 'This is the password you have now.',
    notTyped: (text: string) => words`Type ${text} to go on.`,
  },
  codes: {
    email_taken: 'Somebody already signed up with this e-mail.',
    wrong_credentials: 'There is no such account, or the password is wrong.',
    confirm_required: 'Nothing was changed: it was not confirmed with the password.',
    wrong_password: 'The password is wrong.',
    too_many_requests: 'Too many attempts. Wait a moment, then try again.',
    unavailable: 'The server is busy. Try again in a moment.',
    disk_full: 'The server’s disk is full. Nothing was saved.',
    network: 'The server cannot be reached. Check your connection.',
    invalid: 'Something is not filled in as it must be.',
    user_not_found: 'This person has no account any more.',
    not_a_member: 'You are not, or they are not, in this group any more.',
    not_allowed: 'You may not do this in this group any more.',
    already_a_member: 'They are in this group already.',
    group_full: 'The group is full.',
    role_unchanged: 'They have this role already.',
    cannot_be_added: 'This person cannot be added. Only an owner or admin can add someone who left.',
    too_many_adds: 'You have added many people. Try again in an hour.',
    storage_full:
      'There is no storage left for your messages. Delete some of yours, or ask the operator for more.',
    chat_not_found: 'There is no such conversation any more.',
    you_blocked: 'You have blocked this person. Unblock them to write here.',
    blocked: 'Not delivered: this person does not accept messages from you',
    unknown: 'That did not work. Try again.',
  },
};

export const ru: typeof en = {
  faults: {
    required: 'Заполните это поле.',
    tooLong: plural('ru', { one: 'Не длиннее # символа.', other: 'Не длиннее # символов.' }),
    email: 'Это не похоже на адрес почты.',
    passwordShort: plural('ru', { one: 'Не короче # символа.', other: 'Не короче # символов.' }),
    control: 'Здесь есть недопустимые символы.',
    same: 'Это ваш текущий пароль.',
    notTyped: (text) => words`Введите ${text}, чтобы продолжить.`,
  },
  codes: {
    email_taken: 'Аккаунт с этой почтой уже есть.',
    wrong_credentials: 'Такого аккаунта нет или пароль неверен.',
    confirm_required: 'Ничего не изменено: нет подтверждения паролем.',
    wrong_password: 'Пароль неверен.',
    too_many_requests: 'Слишком много попыток. Подождите немного и повторите.',
    unavailable: 'Сервер занят. Повторите чуть позже.',
    disk_full: 'На сервере закончилось место. Ничего не сохранено.',
    network: 'Сервер недоступен. Проверьте соединение.',
    invalid: 'Не всё заполнено как нужно.',
    user_not_found: 'У этого человека больше нет аккаунта.',
    not_a_member: 'Вы или этот человек больше не в группе.',
    not_allowed: 'Теперь вам в этой группе это не разрешено.',
    already_a_member: 'Этот человек уже в группе.',
    group_full: 'В группе больше нет мест.',
    role_unchanged: 'Эта роль у человека уже есть.',
    cannot_be_added: 'Этого человека нельзя добавить. Вышедших возвращают только владелец и админы.',
    too_many_adds: 'Вы добавили много людей. Попробуйте через час.',
    storage_full:
      'Для ваших сообщений не осталось места. Удалите часть своих или обратитесь к администратору.',
    chat_not_found: 'Такой беседы больше нет.',
    you_blocked: 'Вы заблокировали этого человека. Разблокируйте, чтобы писать здесь.',
    blocked: 'Не доставлено: этот человек не принимает от вас сообщения',
    unknown: 'Не получилось. Попробуйте ещё раз.',
  },
};
