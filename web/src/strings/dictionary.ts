// The texts that are there from the beginning, an area a file with each language in it. What a language lacks is a
// type error. Views that are loaded when they are opened bring the texts of their areas with them.
import * as account from './account';
import * as app from './app';
import * as chats from './chats';
import * as conversation from './conversation';
import * as emoji from './emoji';
import * as line from './line';
import * as messages from './messages';
import * as notices from './notices';
import * as refusals from './refusals';
import * as search from './search';
import * as settings from './settings';
import * as shortcuts from './shortcuts';

export const en = {
  app: app.en,
  account: account.en,
  refusals: refusals.en,
  line: line.en,
  chats: chats.en,
  search: search.en,
  conversation: conversation.en,
  messages: messages.en,
  emoji: emoji.en,
  notices: notices.en,
  settings: settings.en,
  shortcuts: shortcuts.en,
};

export type Strings = typeof en;

export const ru: Strings = {
  app: app.ru,
  account: account.ru,
  refusals: refusals.ru,
  line: line.ru,
  chats: chats.ru,
  search: search.ru,
  conversation: conversation.ru,
  messages: messages.ru,
  emoji: emoji.ru,
  notices: notices.ru,
  settings: settings.ru,
  shortcuts: shortcuts.ru,
};
