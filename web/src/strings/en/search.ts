// Searching people and groups.
import { plural } from '../plural';
import { words } from '../words';

export const search = {
  label: 'Search people and groups',
  clear: 'Clear search',
  people: 'People',
  groups: 'Groups',
  searching: 'Searching…',
  nothing: 'No people or groups found',
  nothingHint: 'Try another spelling or a full email address.',
  failed: 'Could not search',
  inChats: 'in your chats',
  alsoIn: (groups: string[]) => 'also in ' + groups.map((name) => words`“${name}”`).join(', '),
  found: plural('en', { one: '# result', other: '# results' }),
};
