// Refusals of the server by their code, and what is wrong with a field.

export const en = {
  faults: {
    required: 'Please fill this in.',
    tooLong: (limit: number) => `At most ${limit} characters.`,
    email: 'This does not look like an e-mail address.',
    passwordShort: (limit: number) => `At least ${limit} characters.`,
    control: 'This contains characters that cannot be used.',
    same: 'This is the password you have now.',
    notTyped: (text: string) => `Type ${text} to go on.`,
  },
  codes: {
    email_taken: 'Somebody already signed up with this e-mail.',
    wrong_credentials: 'There is no such account, or the password is wrong.',
    wrong_password: 'The password is wrong.',
    too_many_requests: 'Too many attempts. Wait a moment, then try again.',
    unavailable: 'The server is busy. Try again in a moment.',
    network: 'The server cannot be reached. Check your connection.',
    invalid: 'Something is not filled in as it must be.',
    user_not_found: 'This person has no account any more.',
    not_a_member: 'You are not a member of this group.',
    not_allowed: 'You may not do this.',
    blocked: 'Messages between you are blocked.',
    unknown: 'That did not work. Try again.',
  },
};

export const ru: typeof en = {
  faults: {
    required: 'Заполните это поле.',
    tooLong: (limit) => `Не длиннее ${limit} символов.`,
    email: 'Это не похоже на адрес почты.',
    passwordShort: (limit) => `Не короче ${limit} символов.`,
    control: 'Здесь есть недопустимые символы.',
    same: 'Это ваш нынешний пароль.',
    notTyped: (text) => `Введите ${text}, чтобы продолжить.`,
  },
  codes: {
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
};
