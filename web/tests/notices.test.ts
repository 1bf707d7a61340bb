import { expect, test } from 'vitest';
import type { EventItem } from '../src/protocol/socket';
import { en } from '../src/strings/en';
import type { Language } from '../src/strings/language';
import { ru } from '../src/strings/ru';
import { plainNotice } from '../src/views/groups/notice';
import { fullName, noticeText, shownName } from '../src/views/naming';
import { BOB, ME, row } from './support/rows';

const nobody = { userId: null, firstName: null, lastName: null, groupName: null, role: null };
const cleo = { userId: 'cleo', firstName: 'Cleo', lastName: '' };
const me = { userId: ME, firstName: 'Ann', lastName: 'Lee' };

function worded(language: Language, senderId: string, event: Partial<EventItem> & Pick<EventItem, 'kind'>) {
  const notice = row(1, { senderId, senderName: senderId === ME ? 'Ann' : 'Bob', content: 'as sent' });
  return noticeText({ ...notice, event: { ...nobody, ...event } }, ME, { en, ru }[language]);
}

test('a notice says “you” to whom it is about, and to who did it', () => {
  expect(worded('en', ME, { kind: 'created' })).toBe('You created the group');
  expect(worded('en', BOB, { kind: 'added', ...me })).toBe('Bob added you');
  expect(worded('en', ME, { kind: 'removed', ...cleo })).toBe('You removed Cleo');
  expect(worded('en', BOB, { kind: 'role', role: 'owner', ...me })).toBe('Bob made you the owner');
  expect(worded('ru', ME, { kind: 'left' })).toBe('Вы покинули группу');
  expect(worded('ru', BOB, { kind: 'added', ...me })).toBe('Bob добавил(а) вас');
  expect(worded('ru', BOB, { kind: 'role', role: 'admin', ...me })).toBe('Bob назначил(а) вас админом');
});

test('a notice tells the new name and the new role', () => {
  expect(worded('en', BOB, { kind: 'renamed', groupName: 'Tea' })).toBe('Bob renamed the group to “Tea”');
  expect(worded('ru', ME, { kind: 'renamed', groupName: 'Чай' })).toBe('Вы переименовали группу в «Чай»');
  expect(worded('en', BOB, { kind: 'role', role: 'member', ...cleo })).toBe(
    'Bob removed admin rights from Cleo',
  );
});

test('of a kind that is not known, its own text is shown', () => {
  expect(worded('en', BOB, { kind: 'painted' as EventItem['kind'] })).toBe('as sent');
});

test('the text for other clients speaks of oneself by name', () => {
  const ann = { firstName: 'Ann', lastName: 'Lee' };
  expect(plainNotice(ann, { kind: 'created' }, en)).toBe('Ann Lee created the group');
  expect(plainNotice(ann, { kind: 'added', ...cleo }, ru)).toBe('Ann Lee добавил(а) участника: Cleo');
});

test('a deleted account is named in the reader’s language', () => {
  expect(fullName('Deleted account', '', ru)).toBe('Удалённый аккаунт');
  expect(shownName('Deleted account', en)).toBe('Deleted account');
  expect(fullName('Deleted account', 'Lee', ru)).toBe('Deleted account Lee');
  const left = row(1, { senderId: BOB, senderName: 'Deleted account' });
  expect(noticeText({ ...left, event: { ...nobody, kind: 'left' } }, ME, ru)).toContain('Удалённый аккаунт');
});
