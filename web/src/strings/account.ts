// Signing up, logging in and out.

export const en = {
  logIn: 'Log in',
  signUp: 'Create account',
  logOut: 'Log out',
  toSignUp: 'New here? Create an account',
  toLogIn: 'Have an account? Log in',
  firstName: 'First name',
  lastName: 'Last name (optional)',
  email: 'E-mail',
  password: 'Password',
  showPassword: 'Show password',
  hidePassword: 'Hide password',
  working: 'One moment…',
  expired: 'Your session has ended. Log in to go on: messages not sent yet are kept.',
  deleted: 'Your account has been deleted.',
  unsentTitle: 'Log out and lose what is not sent?',
  unsentText: 'Some messages have not reached the server yet. Logging out removes them from this browser.',
};

export const ru: typeof en = {
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
  expired: 'Сеанс завершён. Войдите, чтобы продолжить: неотправленные сообщения сохранены.',
  deleted: 'Ваш аккаунт удалён.',
  unsentTitle: 'Выйти и потерять неотправленное?',
  unsentText: 'Часть сообщений ещё не дошла до сервера. При выходе они удалятся из этого браузера.',
};
