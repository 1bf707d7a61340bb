import { expect, test } from 'vitest';
import { dates } from '../src/strings/dates';
import * as actions from '../src/strings/actions';
import * as groups from '../src/strings/groups';
import { dictionaries, preferred } from '../src/strings/language';
import { marked } from '../src/views/chats/marked';
import * as people from '../src/strings/people';
import { pieces } from '../src/views/links';
import { initials } from '../src/views/naming';
import { parse } from '../src/views/router.svelte';

test('numbers decide the form of words', () => {
  const { unread } = dictionaries.ru.chats;
  expect([1, 2, 5, 21].map(unread)).toEqual([
    '1 непрочитанное сообщение',
    '2 непрочитанных сообщения',
    '5 непрочитанных сообщений',
    '21 непрочитанное сообщение',
  ]);
  expect([1, 2].map(dictionaries.en.conversation.members)).toEqual(['1 member', '2 members']);
});

test('no text is left out of a translation', () => {
  const empty = (texts: object): string[] =>
    Object.entries(texts).flatMap(([name, text]) =>
      typeof text === 'object' ? empty(text) : text === '' ? [name] : [],
    );
  for (const texts of [dictionaries, actions, groups, people]) expect(empty({ ...texts })).toEqual([]);
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

test('addresses of chats are read leniently, others lead home', () => {
  const id = '0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a01';
  expect(parse(`/chat/u/${id.toUpperCase()}/`)).toEqual({ name: 'chat', chat: `u/${id}` });
  expect(parse('/chat/x/1')).toEqual({ name: 'home' });
});

test('searched words are marked wherever they stand, as they are written', () => {
  expect(marked('Ada Lovelace', 'LOVE ada')).toEqual(['', 'Ada', ' ', 'Love', 'lace']);
  expect(marked('Ёлка a+b', '  ёл   a+b ')).toEqual(['', 'Ёл', 'ка ', 'a+b', '']);
  expect(marked('Annabel', 'a anna')).toEqual(['', 'Anna', 'bel']);
  expect(marked('plain', ' ')).toEqual(['plain']);
  expect(marked('x-y.z', '-y.')).toEqual(['x', '-y.', 'z']);
});
