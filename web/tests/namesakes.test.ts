// What distinguishes people with the same name.
import { expect, test } from 'vitest';
import { tellApart } from '../src/views/people/namesakes';

const nothing = () => '';
const person = (id: string, name = 'Ann Lee', email = '') => ({ id, name, email });

test('who has no namesake here needs nothing', () => {
  expect(tellApart([person('aaaa1'), person('bbbb2', 'Bob')], nothing).size).toBe(0);
  expect(tellApart([person('aaaa1'), person('aaaa1')], nothing).size).toBe(0);
});

test('the e-mail tells most, then what is shared, then the id', () => {
  const shared = (id: string) => (id === 'bbbb2' ? 'also in “Tea”' : '');
  const people = [person('aaaa1', 'Ann Lee', 'ann@example.org'), person('bbbb2'), person('cccc3')];
  expect([...tellApart(people, shared)]).toEqual([
    ['aaaa1', 'ann@example.org'],
    ['bbbb2', 'also in “Tea”'],
    ['cccc3', 'ccc3'],
  ]);
});

test('what is the same for both does not tell them apart', () => {
  const people = [person('aaaa1'), person('bbbb2')];
  expect([...tellApart(people, () => 'in your chats').values()]).toEqual([
    'in your chats · aaa1',
    'in your chats · bbb2',
  ]);
});

test('ids that end alike are shown as far as they differ', () => {
  expect([...tellApart([person('01aaaa'), person('02aaaa')], nothing).values()]).toEqual(['1aaaa', '2aaaa']);
});
