import { expect, test } from 'vitest';
import { EmojiUse } from '../src/state/device/emoji-use.svelte';
import { emojiAlone } from '../src/views/conversation/emoji-alone';
import { find, hands, loadEmoji, quick, step, toned, type Emoji } from '../src/views/emoji/emoji';

const tea: Emoji = ['🍵', 'teacup without handle', 'drink hot tea'];
const kettle: Emoji = ['🫖', 'teapot', 'drink tea'];
const hand: Emoji = ['✋', 'raised hand', 'stop', hands.slice(1)];

test('both languages have the same emoji in nine groups, each with a name', async () => {
  const [en, ru] = await Promise.all([loadEmoji('en'), loadEmoji('ru')]);
  expect(en.map((group) => group.map(([emoji]) => emoji))).toEqual(
    ru.map((group) => group.map(([emoji]) => emoji)),
  );
  expect(en.length).toBe(9);
  expect([en, ru].flatMap((groups) => groups.flat()).filter(([, name]) => !name)).toEqual([]);
  expect(ru.flat().every(([, name]) => /\p{Script=Cyrillic}|\p{L}|\d/u.test(name))).toBe(true);
});

test('no emoji is there twice, and those at hand are among them', async () => {
  const all = (await loadEmoji('en')).flat().map(([emoji]) => emoji);
  expect(new Set(all).size).toBe(all.length);
  expect(quick.filter((emoji) => !all.includes(emoji))).toEqual([]);
  expect(all).toContain(hands[0]);
});

test('they are found by the beginnings of words, in any order, and by themselves', () => {
  const groups = [[tea, hand], [kettle]];
  expect(find(groups, 'tea')).toEqual([tea, kettle]);
  expect(find(groups, 'HOT  drin')).toEqual([tea]);
  expect(find(groups, '🫖')).toEqual([kettle]);
  expect(find(groups, 'eapot')).toEqual([]);
  expect(find(groups, ' ')).toEqual([]);
});

test('Russian words are found with and without ё', async () => {
  const groups = await loadEmoji('ru');
  expect(find(groups, 'сердце').length).toBeGreaterThan(10);
  expect(find([[['🎄', 'ёлка', '']]], 'елк')).toHaveLength(1);
});

test('a tone is shown where there is one', () => {
  expect([toned(hand, 0), toned(hand, 3), toned(tea, 3)]).toEqual(['✋', '✋🏽', '🍵']);
});

test('arrow keys move by rows of eight and across sections', () => {
  const lengths = [10, 3, 20];
  expect(step(lengths, [0, 7], 'ArrowRight')).toEqual([0, 8]);
  expect(step(lengths, [0, 9], 'ArrowRight')).toEqual([1, 0]);
  expect(step(lengths, [1, 0], 'ArrowLeft')).toEqual([0, 9]);
  expect(step(lengths, [0, 5], 'ArrowDown')).toEqual([0, 9]);
  expect(step(lengths, [0, 9], 'ArrowDown')).toEqual([1, 1]);
  expect(step(lengths, [1, 2], 'ArrowDown')).toEqual([2, 2]);
  expect(step(lengths, [2, 6], 'ArrowUp')).toEqual([1, 2]);
  expect(step(lengths, [1, 1], 'ArrowUp')).toEqual([0, 9]);
  expect([step(lengths, [0, 3], 'ArrowUp'), step(lengths, [0, 0], 'ArrowLeft')]).toEqual([null, null]);
  expect([step(lengths, [1, 1], 'Home'), step(lengths, [1, 1], 'End')]).toEqual([
    [0, 0],
    [2, 19],
  ]);
  expect(step(lengths, [2, 19], 'ArrowDown')).toEqual([2, 19]);
});

test('the last used come first, once each', () => {
  const use = new EmojiUse('ann');
  for (const emoji of ['👍', '🍵', '👍']) use.used(emoji);
  expect(use.recent).toEqual(['👍', '🍵']);
  use.choose(3);
  expect(new EmojiUse('bob').tone).toBe(0);
});

test('up to three emoji alone are counted, anything else is not', () => {
  const counts = (texts: string[]) => texts.map(emojiAlone);
  expect(counts(['👍', '❤️ 🎉', '👨‍👩‍👧‍👦', '🇳🇴🇺🇦', '✋🏽✋🏿\n☕️', '1️⃣', '🏴󠁧󠁢󠁳󠁣󠁴󠁿'])).toEqual([1, 2, 1, 2, 3, 1, 1]);
  expect(counts(['👍 ok', '👍👍👍👍', '12', '', '#', ' '])).toEqual([0, 0, 0, 0, 0, 0]);
});
