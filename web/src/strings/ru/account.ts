// Signing up, logging in and out.
import type { Strings } from '../dictionary';

export const account: Strings['account'] = {
  logIn: 'Войти',
  signUp: 'Создать аккаунт',
  logOut: 'Выйти',
  toSignUp: 'Ещё нет аккаунта? Создайте его',
  toLogIn: 'Уже есть аккаунт? Войдите',
  firstName: 'Имя',
  lastName: 'Фамилия (необязательно)',
  email: 'Электронная почта',
  password: 'Пароль',
  showPassword: 'Показать пароль',
  hidePassword: 'Скрыть пароль',
  working: 'Подождите…',
  expired: 'Сеанс завершён. Войдите снова, чтобы продолжить. Неотправленные сообщения сохранены.',
  deleted: 'Ваш аккаунт удалён.',
  unsentTitle: 'Выйти и потерять неотправленные сообщения?',
  unsentText: 'Некоторые сообщения ещё не отправлены. Если вы выйдете, они удалятся из этого браузера.',
};
