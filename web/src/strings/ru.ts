// Every text in Russian, an area a file.
import type { Strings } from './dictionary';
import { account } from './ru/account';
import { actions } from './ru/actions';
import { app } from './ru/app';
import { chats } from './ru/chats';
import { conversation } from './ru/conversation';
import { emoji } from './ru/emoji';
import { groups } from './ru/groups';
import { line } from './ru/line';
import { messages } from './ru/messages';
import { notices } from './ru/notices';
import { people } from './ru/people';
import { refusals } from './ru/refusals';
import { search } from './ru/search';
import { settings } from './ru/settings';
import { shortcuts } from './ru/shortcuts';

export const ru: Strings = {
  account,
  actions,
  app,
  chats,
  conversation,
  emoji,
  groups,
  line,
  messages,
  notices,
  people,
  refusals,
  search,
  settings,
  shortcuts,
};
