import { expect, test } from 'vitest';
import { shownAddress } from '../src/views/hosts';
import { pieces } from '../src/views/links';

const links = (text: string) => pieces(text).flatMap(({ href }) => href ?? []);
const addresses = (text: string) => pieces(text).flatMap(({ href, text }) => (href ? [text] : []));
const real = (text: string) => pieces(text).find(({ href }) => href)?.real;

test('addresses of the web and of e-mail lead somewhere, and nothing else does', () => {
  expect(links('see https://example.org/a_(b)?c=1. And www.example.org! WWW.example.dev/x')).toEqual([
    'https://example.org/a_(b)?c=1',
    'https://www.example.org',
    'https://WWW.example.dev/x',
  ]);
  expect(links('ask ann@example.org, or mailto:bob@example.org; почта:аня@пример.рф')).toEqual([
    'mailto:ann@example.org',
    'mailto:bob@example.org',
    'mailto:аня@пример.рф',
  ]);
  expect(
    links('javascript:alert(1) data:text/html,x file:///etc ftp://x.org //x.org a@b https:// @ann readme.md'),
  ).toEqual([]);
});

test('the pieces of a text are the text', () => {
  const text = 'a https://x.org/<b> "www.y.org" me@z.org…\n`code https://q.org` **https://b.org**';
  expect(
    pieces(text)
      .map((piece) => piece.text)
      .join(''),
  ).toBe(text);
});

test.each([
  ['见https://example.org/a。再见', 'https://example.org/a'],
  ['https://example.org/x，好', 'https://example.org/x'],
  ['https://example.org/x！', 'https://example.org/x'],
  ['https://example.org/x：y', 'https://example.org/x'],
  ['https://example.org/x～', 'https://example.org/x'],
  ['https://example.org/x…', 'https://example.org/x'],
  ['‹https://example.org/x›', 'https://example.org/x'],
  ['**https://example.org/x**', 'https://example.org/x'],
  ['«https://example.org/x»', 'https://example.org/x'],
  ['“https://example.org/x”', 'https://example.org/x'],
  ["'https://example.org/x'", 'https://example.org/x'],
  ['`https://example.org/x`', 'https://example.org/x'],
  ['смотри:https://пример.рф/путь.', 'https://пример.рф/путь'],
])('%s has an address that ends before punctuation', (text, address) => {
  expect(addresses(text)).toEqual([address]);
});

test.each(['()', '[]', '{}', '（）', '［］', '「」', '『』', '【】', '《》', '〈〉', '‹›', '“”'])(
  'brackets %s belong to an address that opened them',
  (pair) => {
    const [open, close] = [...pair];
    expect(addresses(`${open}https://example.org/x${close}`)).toEqual(['https://example.org/x']);
    const within = `https://example.org/x${open}y${close}z`;
    expect(addresses(within)).toEqual([within]);
    expect(addresses(`${open}${within}${close}`)).toEqual([within]);
  },
);

test('a host may be an address of IPv6', () => {
  expect(links('http://[2001:db8::1] http://[::1]:8080/a, [http://[2001:db8::1]/b]')).toEqual([
    'http://[2001:db8::1]',
    'http://[::1]:8080/a',
    'http://[2001:db8::1]/b',
  ]);
});

test.each([
  ['https://bank.example@evil.org/x', 'evil.org'],
  ['https://user:secret@evil.org', 'evil.org'],
  ['https://аpple.com', 'xn--pple-43d.com'],
  ['https://аррӏе.com/login', 'xn--80ak6aa92e.com'],
  ['https://example.org/\u202egnp.exe', 'example.org'],
  ['https://exam\u200bple.org', 'example.org'],
  ['https://ｅxample.org', 'example.org'],
  ['http://0x7f.1/', '127.0.0.1'],
  ['bank@аpple.com', 'xn--pple-43d.com'],
])('%s shows where it leads', (text, host) => {
  expect(real(text)).toBe(host);
});

test.each([
  'https://example.org/a?b=c@d#e',
  'https://EXAMPLE.org:8443/',
  'https://пример.рф/путь',
  'https://пример.com',
  'https://bücher.example',
  'https://東京タワー.jp',
  'https://例え.テスト',
  'http://[2001:db8::1]:80',
  'http://127.0.0.1:3001',
  'www.example.org',
  'ann@example.org',
])('%s is plain', (text) => {
  expect(links(text)).toHaveLength(1);
  expect(real(text)).toBe(undefined);
});

test('what would reorder an address is shown in its encoded form', () => {
  expect(shownAddress('https://example.org/\u202egnp.exe')).toBe('https://example.org/%E2%80%AEgnp.exe');
  expect(shownAddress('https://пример.рф/я')).toBe('https://пример.рф/я');
});
