// The privacy settings, which work in both directions.
import { expect, test } from 'vitest';
import { Chats } from '../src/state/chats/chats.svelte';
import { Privacy } from '../src/state/people/privacy.svelte';
import { Receipts } from '../src/state/people/receipts.svelte';
import { BOB, listRow, ME } from './support/rows';
import { bounds } from './support/samples';

function privacy() {
  const asked: object[] = [];
  const changes: boolean[] = [];
  const changePrivacy = async (body: object) => {
    asked.push(body);
    return { presence: true, readReceipts: true, ...body };
  };
  const made: Privacy = new Privacy({ changePrivacy }, () => changes.push(made.presence));
  return { privacy: made, asked, changes };
}

test('a server that has no such choice shows everything', () => {
  const { privacy: made } = privacy();
  made.heard(undefined);
  expect([made.presence, made.readReceipts]).toEqual([true, true]);
});

test('what is chosen is asked of the server; what another device chose is heard', async () => {
  const { privacy: made, asked, changes } = privacy();
  await made.change({ presence: false });
  expect([asked, changes, made.presence, made.readReceipts]).toEqual([
    [{ presence: false }],
    [false],
    false,
    true,
  ]);
  made.heard({ presence: true, readReceipts: false });
  expect([changes, made.presence, made.readReceipts]).toEqual([[false, true], true, false]);
});

test('who sends no receipts sees none', () => {
  const { privacy: made } = privacy();
  const ask = () => Promise.reject(new Error('not asked'));
  const receipts = new Receipts({ ask, bounds }, ME, () => made.readReceipts);
  const chats = new Chats(ME);
  chats.merge([listRow(3, { senderId: ME, partnerReadUpTo: 3 })]);
  const seen = () => receipts.seen(chats.get(`u/${BOB}`), 3);
  expect(seen()).toBe(true);
  made.heard({ presence: true, readReceipts: false });
  expect(seen()).toBe(false);
});
