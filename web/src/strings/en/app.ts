// The app itself.

export const app = {
  name: 'Hearth',
  tagline: 'Chat with the people you know.',
  loading: 'Loading…',
  close: 'Close',
  updated: 'A new version of Hearth is available.',
  reload: 'Reload',
  later: 'Later',
  noFiles: 'You cannot send files or pictures yet.',
  lost: 'Page not found',
  lostHint: 'The link may be wrong, or the page no longer exists.',
  toChats: 'Go to chats',
  notLoaded: 'Could not load this part of the app. Check your connection and try again.',
};
