import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dates } from '../src/strings/dates';
import { en } from '../src/strings/en';
import { preferred } from '../src/strings/language';
import { marked } from '../src/views/chats/marked';
import { ru } from '../src/strings/ru';
import { refusalText } from '../src/views/failures';
import { pieces } from '../src/views/links';
import { initials } from '../src/views/naming';
import { parse } from '../src/views/router.svelte';

test('numbers decide the form of words', () => {
  const { unread } = ru.chats;
  expect([1, 2, 5, 21].map(unread)).toEqual([
    '1 непрочитанное сообщение',
    '2 непрочитанных сообщения',
    '5 непрочитанных сообщений',
    '21 непрочитанное сообщение',
  ]);
  expect([1, 2].map(en.conversation.members)).toEqual(['1 member', '2 members']);
});

test('no text is left out of a translation', () => {
  const empty = (texts: object): string[] =>
    Object.entries(texts).flatMap(([name, text]) =>
      typeof text === 'object' ? empty(text) : text === '' ? [name] : [],
    );
  for (const texts of [en, ru]) expect(empty({ ...texts })).toEqual([]);
});

test('who blocks reads exactly what the blocked person will read', () => {
  for (const { people, refusals } of [en, ru]) expect(people.blockText).toContain(refusals.codes.blocked);
});

test('refusals of adding say who may add, and when', () => {
  const { cannot_be_added, too_many_adds } = en.groups.addReasons;
  expect(cannot_be_added).toContain('only an owner or admin');
  expect(too_many_adds).toContain('in an hour');
  expect(refusalText('cannot_be_added', en)).toContain('Only an owner or admin');
});

test('the first language that there is wins', () => {
  expect([preferred(['de-DE', 'ru-RU', 'en']), preferred(['fr']), preferred([])]).toEqual(['ru', 'en', 'en']);
});

test('days are told as people tell them', () => {
  const now = new Date('2026-02-01T00:30:00');
  const { day, short } = dates('en-GB', () => now);
  expect(day(new Date('2026-01-31T23:59:00'))).toBe('Yesterday');
  expect(day(now)).toBe('Today');
  expect(day(new Date('2025-03-04T12:00:00'))).toBe('4 March 2025');
  expect(short(now)).toBe('00:30');
  expect(short(new Date('2026-01-29T12:00:00'))).toBe('Thu');
  expect(dates('ru', () => now).day(new Date('2026-01-31T12:00:00'))).toBe('Вчера');
});

test('hours have as many digits as the locale writes', () => {
  const at = new Date('2026-02-01T21:25:00');
  const early = new Date('2026-02-02T09:05:00');
  const of = (locale: string) => {
    const { time, soon } = dates(locale, () => at);
    return [at, early]
      .map(time)
      .concat(soon(early))
      .map((text) => text.replace(/\s/g, ' '));
  };
  expect(of('en')).toEqual(['9:25 PM', '9:05 AM', 'Mon 9:05 AM']);
  expect(of('en-GB')).toEqual(['21:25', '09:05', 'Mon 09:05']);
  expect(of('ru')).toEqual(['21:25', '09:05', 'пн 09:05']);
});

test('addresses are links, their sentence is not', () => {
  expect(pieces('See https://a.org/x_(y), or (www.b.org).')).toEqual([
    { text: 'See ' },
    { text: 'https://a.org/x_(y)', href: 'https://a.org/x_(y)' },
    { text: ', or (' },
    { text: 'www.b.org', href: 'https://www.b.org' },
    { text: ').' },
  ]);
  expect(pieces('javascript:alert(1) <b>x</b>')).toEqual([{ text: 'javascript:alert(1) <b>x</b>' }]);
});

test('initials are whole characters', () => {
  expect(['Ada Lovelace', 'cleo', '𝒜da', ''].map(initials)).toEqual(['AL', 'C', '𝒜', '']);
});

test('addresses of chats are read leniently, others are unknown', () => {
  const id = '0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a01';
  expect(parse(`/chat/u/${id.toUpperCase()}/`)).toEqual({ name: 'chat', chat: `u/${id}` });
  expect(parse('/chat/x/1')).toEqual({ name: 'unknown' });
});

test('searched words are marked wherever they stand, as they are written', () => {
  expect(marked('Ada Lovelace', 'LOVE ada')).toEqual(['', 'Ada', ' ', 'Love', 'lace']);
  expect(marked('Ёлка a+b', '  ёл   a+b ')).toEqual(['', 'Ёл', 'ка ', 'a+b', '']);
  expect(marked('Annabel', 'a anna')).toEqual(['', 'Anna', 'bel']);
  expect(marked('plain', ' ')).toEqual(['plain']);
  expect(marked('x-y.z', '-y.')).toEqual(['x', '-y.', 'z']);
});

// A name that turns everything after it.
const TURNED = 'Eve\u202e';
const HEBREW = 'שרה';

test('a name turns nothing around it, whatever it contains', () => {
  const eve = { name: TURNED, you: false };
  const sarah = { name: HEBREW, you: false };
  expect(en.people.blockTitle(TURNED)).toBe('Block \u2068Eve\u2069?');
  expect(en.notices.added(eve, sarah)).toBe(`\u2068Eve\u2069 added \u2068${HEBREW}\u2069`);
  expect(ru.notices.removed(sarah, eve)).toBe(`\u2068${HEBREW}\u2069 исключил(а) участника: \u2068Eve\u2069`);
  expect(en.conversation.typing([HEBREW, 'Bob'])).toBe(`\u2068${HEBREW}\u2069 and Bob are typing…`);
  expect(en.conversation.says('Eve\u2069\u202e', 'hi')).toBe('\u2068Eve\u2069: hi');
  expect(ru.people.blockTitle('Анна')).toBe('Заблокировать пользователя Анна?');
});

test('every sentence isolates its names, and leaves numbers to the rules of the language', () => {
  const folder = join(import.meta.dirname, '../src/strings');
  const plain = readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((file) => {
    if (!file.endsWith('.ts')) return [];
    const text = readFileSync(join(folder, file), 'utf8').replaceAll(/words`[^`]*`/g, '');
    return file === 'words.ts' || !/`[^`]*\$\{/.test(text) ? [] : [file];
  });
  expect(plain).toEqual([]);
});

test('every number agrees with its noun, in both languages', () => {
  const { tooLong } = en.conversation;
  expect([1, 2].map(tooLong)).toEqual(['1 character too many', '2 characters too many']);
  expect([1, 2, 5, 21].map(ru.conversation.tooLong)).toEqual([
    '1 лишний символ',
    '2 лишних символа',
    '5 лишних символов',
    '21 лишний символ',
  ]);
  expect([1, 8].map(en.refusals.faults.passwordShort)).toEqual([
    'Use at least 1 character.',
    'Use at least 8 characters.',
  ]);
  expect([8, 21].map(ru.refusals.faults.tooLong)).toEqual(['Не более 8 символов.', 'Не более 21 символа.']);
  expect([1, 3].map(en.groups.added)).toEqual(['1 person added.', '3 people added.']);
});
