// Every text in English, an area a file.
import { account } from './en/account';
import { actions } from './en/actions';
import { app } from './en/app';
import { chats } from './en/chats';
import { conversation } from './en/conversation';
import { emoji } from './en/emoji';
import { groups } from './en/groups';
import { line } from './en/line';
import { messages } from './en/messages';
import { notices } from './en/notices';
import { people } from './en/people';
import { refusals } from './en/refusals';
import { search } from './en/search';
import { settings } from './en/settings';
import { shortcuts } from './en/shortcuts';

export const en = {
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
