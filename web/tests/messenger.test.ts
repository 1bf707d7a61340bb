import { afterEach, expect, test, vi } from 'vitest';
import type { ChatKey } from '../src/protocol/chat';
import recording from './recorded/tunnel.json';
import { Replay, type Doings, type Event } from './support/replay';

afterEach(() => void vi.unstubAllGlobals());

const events = recording.events as unknown as Event[];
const dialog: ChatKey = `u/${recording.partner}`;
const lost = events.findIndex((event) => event.close) + 1;
const renamed = events.findIndex((event) => event.in?.type === 'groupChanged') + 1;
const probe = events.findLastIndex((event) => event.out?.type === 'listLastMessage');

const doings: Doings = {
  markRead: (messenger, { seq }) => messenger.reads.upTo(dialog, Number(seq)),
  typing: (messenger) => messenger.typing.tell(dialog),
};

/** Ann reads and writes. Then her connection is lost while Bob writes on, and comes back. */
test('what happened while there was no line is there after it, and nothing twice', async () => {
  const replay = new Replay(recording.me);
  const { messenger } = replay;
  const arrived: string[] = [];
  messenger.onArrival = ({ senderId, content }) => senderId !== recording.me && arrived.push(content);
  void messenger.open();
  const history = messenger.history(dialog);
  await replay.play(events.slice(0, probe), {
    ...doings,
    getlatestMessageDialog: () => void history.load(),
    privateMessage: () => void messenger.outbox.send(dialog, 'hello'),
  });
  expect(history.rows.map((row) => row.content)).toEqual([
    'one, edited',
    'two',
    'three',
    'hello',
    'an answer',
  ]);
  expect(history.rows[2]!.reactions).toEqual([{ emoji: '👍', count: 1, mine: false }]);
  expect(history.rows[4]!.replyTo).toMatchObject({ seq: 1, content: 'one, edited' });

  expect(arrived).toEqual(['an answer']);

  await replay.play([{ close: true }], doings);
  await messenger.outbox.send(dialog, 'from the tunnel');
  expect(messenger.line.status).toBe('waiting');

  await replay.play(events.slice(lost, renamed), doings);
  await vi.waitFor(() => expect(messenger.outbox.entries).toEqual([]));
  expect(history.rows.map((row) => row.content)).toEqual([
    ...['one, edited', 'two', '', 'hello', 'an answer', 'are you there?', 'hm', 'from the tunnel'],
  ]);
  expect(history.rows[2]!.deletedAt).not.toBeNull();
  expect(arrived).toEqual(['an answer', 'welcome', 'hm', 'Bob renamed the group']);
  const chats = messenger.chats.list.map((chat) => [chat.groupName ?? chat.partnerName, chat.unreadCount]);
  expect(chats).toEqual([
    ['Tea and cake', 2],
    ['Bob', 0],
  ]);

  await replay.play(events.slice(renamed), doings);
  expect(messenger.chats.list.map((chat) => chat.partnerName)).toEqual(['Bob']);
  messenger.close();
});
