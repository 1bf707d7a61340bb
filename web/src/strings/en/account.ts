// Signing up, logging in and out.

export const account = {
  logIn: 'Log in',
  signUp: 'Create account',
  logOut: 'Log out',
  toSignUp: 'New here? Create an account',
  toLogIn: 'Already have an account? Log in',
  firstName: 'First name',
  lastName: 'Last name (optional)',
  email: 'Email',
  password: 'Password',
  showPassword: 'Show password',
  hidePassword: 'Hide password',
  working: 'One moment…',
  expired: 'Your session has ended. Log in again to continue. Your unsent messages are saved.',
  deleted: 'Your account has been deleted.',
  unsentTitle: 'Log out and lose unsent messages?',
  unsentText: 'Some messages have not been sent yet. If you log out, they are deleted from this browser.',
};
