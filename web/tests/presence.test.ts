// Whose presence is visible: people with whom both sides have written.
import { expect, test } from 'vitest';
import { Presence } from '../src/state/people/presence.svelte';
import { BOB, ME } from './support/rows';
import { bounds } from './support/samples';

function watching() {
  const asked: unknown[] = [];
  const ask = async (_: unknown, params: unknown) => (asked.push(params), { item: null, data: [] });
  const presence = new Presence({ ask: ask as never, bounds }, () => [BOB]);
  return {
    presence,
    asked,
    wrote: (senderId: string) => presence.wrote({ chat: { userId: BOB }, senderId }),
  };
}

test('the first message of either side is a reason to ask, a second is none', async () => {
  const { asked, wrote } = watching();
  for (const writer of [ME, ME, BOB, BOB]) await wrote(writer);
  expect(asked).toEqual([{ userIds: [BOB] }, { userIds: [BOB] }]);
});

test('nobody is asked about again who is seen already', async () => {
  const { presence, asked, wrote } = watching();
  presence.heard([{ userId: BOB, online: true, lastSeenAt: null }]);
  await wrote(BOB);
  expect(asked).toEqual([]);
});
