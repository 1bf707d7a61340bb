// Actions on a chat that change it only for the reader.
import { words } from '../words';

export const actions = {
  read: 'Mark as read',
  mute: 'Mute…',
  unmute: 'Unmute',
  muteFor: { hour: 'For 1 hour', hours: 'For 8 hours', morning: 'Until tomorrow morning', always: 'Always' },
  mutedUntil: (when: string) => words`until ${when}`,
  mutedForever: 'always',
  hide: 'Delete chat…',
  hideTitle: (name: string) => words`Delete the chat with ${name}?`,
  hideNotesTitle: 'Delete your notes?',
  hideText: 'It is deleted for you, on all your devices. The other person keeps it.',
  hideNotesText: 'They are deleted on all your devices.',
  hideAction: 'Delete',
};
