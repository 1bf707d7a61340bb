import { describe, expect, it } from 'vitest';
import { marked } from '../src/views/chats/marked';

describe('searched words in a text', () => {
  it.each([
    ['Zoë Müller', 'zoe', ['', 'Zoë', ' Müller']],
    ['İBRAHİM', 'ibrahim', ['', 'İBRAHİM', '']],
    ['Zoe\u0308', 'ZOË', ['', 'Zoe\u0308', '']],
    ['Алёна', 'але', ['', 'Алё', 'на']],
    ['Сергей', 'и', ['Сергей']],
    ['がく', 'か', ['がく']],
    ['कि', 'क', ['', 'कि', '']],
    ['कि', 'कु', ['कि']],
    ['คือ', 'คอ', ['คือ']],
    ['Weiß', 'WEISS', ['', 'Weiß', '']],
    ['ada@example.org', 'ada example', ['', 'ada', '@', 'example', '.org']],
    ['Anna Ann', 'ann anna', ['', 'Anna', ' ', 'Ann', '']],
    ['C++ (a)', '++ (', ['C', '++', ' ', '(', 'a)']],
    ['plain', '', ['plain']],
    ['', 'x', ['']],
    ['👩\u200d👧 x', 'X', ['👩\u200d👧 ', 'x', '']],
  ])('%s, %s', (text, words, pieces) => {
    expect(marked(text, words)).toEqual(pieces);
    expect(pieces.join('')).toBe(text);
  });
});
