// Notifications as their messages change, and as they are pressed.
import { expect, test } from 'vitest';
import { Chats } from '../src/state/chats/chats.svelte';
import { fateByMessage, fateInChat } from '../src/state/alerts/withdrawal';
import { openPressed } from '../src/worker/pressed';
import { BOB, counted, listRow, ME } from './support/rows';

const chat = `u/${BOB}` as const;
const AT = '2026-01-01T00:00:00.000Z';

test('a notification goes when its chat is gone or its message is read, wherever', () => {
  const about = { messageId: 'm5', seq: 5 };
  expect(fateInChat(about, undefined)).toBe('close');
  expect(fateInChat(about, listRow(7, { readUpTo: 5 }))).toBe('close');
  expect(fateInChat(about, listRow(7, { readUpTo: 4 }))).toBe('keep');
});

test('it goes with a message that is deleted, follows one that is edited, and minds no other', () => {
  expect(fateByMessage('m5', counted(5, { deletedAt: AT }))).toBe('close');
  expect(fateByMessage('m5', counted(5, { editedAt: AT }))).toBe('update');
  expect(fateByMessage('m5', counted(4, { deletedAt: AT }))).toBe('keep');
  expect(fateInChat({ messageId: 'm5', seq: 5 }, listRow(5, { readUpTo: 4, deletedAt: AT }))).toBe('close');
});

test('deleted messages are counted as unread by the server, but wait for nobody', () => {
  const chats = new Chats(ME);
  chats.merge([listRow(6, { readUpTo: 4, unreadCount: 2 })]);
  chats.apply({ ...counted(5, { deletedAt: AT }), lastSeq: 6, revision: 1 });
  expect([chats.unreadTotal, chats.get(chat)!.unreadCount]).toEqual([1, 2]);
  chats.apply({ ...counted(6, { deletedAt: AT }), lastSeq: 6, revision: 2 });
  expect([chats.unreadTotal, chats.get(chat)!.unreadCount]).toEqual([0, 2]);
  chats.apply({ ...counted(7), lastSeq: 7, revision: 2 });
  expect(chats.unreadTotal).toBe(1);
});

/** The windows of a browser, and what happens to them. */
function windows(...open: string[]) {
  const log: string[] = [];
  const all = open.map((name) => ({
    focus: async () => void log.push(`focus ${name}`),
    postMessage: (message: { open: string }) => void log.push(`${name} opens ${message.open}`),
  }));
  return {
    log,
    matchAll: async () => all,
    openWindow: async (path: string) => void log.push(`new window at ${path}`),
  };
}

test('one that is pressed opens its chat in the window used last, or in a new one', async () => {
  const pressed = { close: () => {}, data: { path: '/chat/u/bob' } };
  const [some, none] = [windows('last', 'other'), windows()];
  await openPressed(pressed, some);
  await openPressed(pressed, none);
  await openPressed({ close: () => {}, data: { path: 'https://example.org' } }, none);
  expect(some.log).toEqual(['last opens /chat/u/bob', 'focus last']);
  expect(none.log).toEqual(['new window at /chat/u/bob', 'new window at /']);
});
