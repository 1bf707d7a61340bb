// Notices in groups: who did it, to whom. Either may be the reader.
import { plural } from '../plural';
import { words, type Who } from '../words';

const en1 = (who: Who) => (who.you ? 'You' : who.name);
const en2 = (who: Who) => (who.you ? 'you' : who.name);

const days = plural('en', { one: '# day', other: '# days' });

export const notices = {
  created: (who: Who) => words`${en1(who)} created the group`,
  added: (who: Who, whom: Who) => words`${en1(who)} added ${en2(whom)}`,
  addedMany: (who: Who, count: number) => words`${en1(who)} added ${String(count)} people`,
  left: (who: Who) => words`${en1(who)} left the group`,
  removed: (who: Who, whom: Who) => words`${en1(who)} removed ${en2(whom)}`,
  renamed: (who: Who, name: string) => words`${en1(who)} renamed the group to “${name}”`,
  retention: (who: Who, count: number | null) =>
    count === null
      ? words`${en1(who)} turned off the deletion of old messages`
      : words`${en1(who)} set messages to be deleted after ` + days(count),
  owner: (who: Who, whom: Who) => words`${en1(who)} made ${en2(whom)} the owner`,
  admin: (who: Who, whom: Who) => words`${en1(who)} made ${en2(whom)} an admin`,
  member: (who: Who, whom: Who) => words`${en1(who)} removed admin rights from ${en2(whom)}`,
};
