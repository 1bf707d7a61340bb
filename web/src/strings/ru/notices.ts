// Notices in groups: who did it, to whom. Either may be the reader.
import type { Strings } from '../dictionary';
import { plural } from '../plural';
import { words, type Who } from '../words';

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

const days = plural('ru', { one: '# день', few: '# дня', many: '# дней', other: '# дня' });

export const notices: Strings['notices'] = {
  created: (who) => did(who, 'создали', 'создал(а)') + ' группу',
  added: (who, whom) => did(who, 'добавили ', 'добавил(а) ') + participant(whom),
  addedMany: (who, count) => did(who, 'добавили ', 'добавил(а) ') + people(count),
  left: (who) => did(who, 'покинули', 'покинул(а)') + ' группу',
  removed: (who, whom) => did(who, 'исключили ', 'исключил(а) ') + participant(whom),
  renamed: (who, name) => did(who, 'переименовали', 'переименовал(а)') + words` группу в «${name}»`,
  retention: (who, count) =>
    count === null
      ? did(who, 'отключили', 'отключил(а)') + ' удаление старых сообщений'
      : did(who, 'включили', 'включил(а)') + ' удаление сообщений через ' + days(count),
  owner: (who, whom) =>
    did(who, 'передали', 'передал(а)') +
    (whom.you ? ' вам группу' : words` группу. Новый владелец: ${whom.name}`),
  admin: (who, whom) =>
    did(who, 'назначили', 'назначил(а)') + (whom.you ? ' вас админом' : words` админа: ${whom.name}`),
  member: (who, whom) =>
    did(who, 'сняли', 'снял(а)') +
    (whom.you ? ' с вас права админа' : words` права админа. Теперь участник: ${whom.name}`),
};
