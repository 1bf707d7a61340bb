// Notices in groups: who did it, to whom. Either may be the reader.
import { plural } from './plural';
import { words } from './words';

/** Somebody in a notice; `you` if that is who reads it. */
export interface Who {
  name: string;
  you: boolean;
}

const en1 = (who: Who) => (who.you ? 'You' : who.name);
const en2 = (who: Who) => (who.you ? 'you' : who.name);

export const en = {
  created: (who: Who) => words`${en1(who)} created the group`,
  added: (who: Who, whom: Who) => words`${en1(who)} added ${en2(whom)}`,
  addedMany: (who: Who, count: number) => words`${en1(who)} added ${String(count)} people`,
  left: (who: Who) => words`${en1(who)} left the group`,
  removed: (who: Who, whom: Who) => words`${en1(who)} removed ${en2(whom)}`,
  renamed: (who: Who, name: string) => words`${en1(who)} renamed the group to “${name}”`,
  owner: (who: Who, whom: Who) => words`${en1(who)} made ${en2(whom)} the owner`,
  admin: (who: Who, whom: Who) => words`${en1(who)} made ${en2(whom)} an admin`,
  member: (who: Who, whom: Who) => words`${en1(who)} took admin rights from ${en2(whom)}`,
};

// A verb of the past for either: names do not tell the gender, and are not declined.
const did = (who: Who, plural: string, single: string) =>
  who.you ? 'Вы ' + plural : words`${who.name} ${single}`;
const participant = (whom: Who) => (whom.you ? 'вас' : words`участника: ${whom.name}`);

const people = plural('ru', {
  one: '# человека',
  few: '# человека',
  many: '# человек',
  other: '# человека',
});

export const ru: typeof en = {
  created: (who) => did(who, 'создали', 'создал(а)') + ' группу',
  added: (who, whom) => did(who, 'добавили ', 'добавил(а) ') + participant(whom),
  addedMany: (who, count) => did(who, 'добавили ', 'добавил(а) ') + people(count),
  left: (who) => did(who, 'покинули', 'покинул(а)') + ' группу',
  removed: (who, whom) => did(who, 'исключили ', 'исключил(а) ') + participant(whom),
  renamed: (who, name) => did(who, 'переименовали', 'переименовал(а)') + words` группу в «${name}»`,
  owner: (who, whom) =>
    did(who, 'передали', 'передал(а)') +
    (whom.you ? ' вам группу' : words` группу. Новый владелец: ${whom.name}`),
  admin: (who, whom) =>
    did(who, 'назначили', 'назначил(а)') + (whom.you ? ' вас админом' : words` админа: ${whom.name}`),
  member: (who, whom) =>
    did(who, 'сняли', 'снял(а)') +
    (whom.you ? ' с вас права админа' : words` права админа. Теперь участник: ${whom.name}`),
};
