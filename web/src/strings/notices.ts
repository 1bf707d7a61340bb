// Notices in groups: who did it, to whom. Either may be the reader.

/** Somebody in a notice; `you` if that is who reads it. */
export interface Who {
  name: string;
  you: boolean;
}

const en1 = (who: Who) => (who.you ? 'You' : who.name);
const en2 = (who: Who) => (who.you ? 'you' : who.name);

export const en = {
  created: (who: Who) => `${en1(who)} created the group`,
  added: (who: Who, whom: Who) => `${en1(who)} added ${en2(whom)}`,
  left: (who: Who) => `${en1(who)} left the group`,
  removed: (who: Who, whom: Who) => `${en1(who)} removed ${en2(whom)}`,
  renamed: (who: Who, name: string) => `${en1(who)} renamed the group to “${name}”`,
  owner: (who: Who, whom: Who) => `${en1(who)} made ${en2(whom)} the owner`,
  admin: (who: Who, whom: Who) => `${en1(who)} made ${en2(whom)} an admin`,
  member: (who: Who, whom: Who) => `${en1(who)} took admin rights from ${en2(whom)}`,
};

// A verb of the past for either: names do not tell the gender, and are not declined.
const did = (who: Who, plural: string, single: string) =>
  who.you ? `Вы ${plural}` : `${who.name} ${single}`;

export const ru: typeof en = {
  created: (who) => `${did(who, 'создали', 'создал(а)')} группу`,
  added: (who, whom) =>
    `${did(who, 'добавили', 'добавил(а)')} ${whom.you ? 'вас' : `участника: ${whom.name}`}`,
  left: (who) => `${did(who, 'вышли', 'вышел(-шла)')} из группы`,
  removed: (who, whom) =>
    `${did(who, 'исключили', 'исключил(а)')} ${whom.you ? 'вас' : `участника: ${whom.name}`}`,
  renamed: (who, name) => `${did(who, 'переименовали', 'переименовал(а)')} группу в «${name}»`,
  owner: (who, whom) =>
    whom.you
      ? `${did(who, 'передали', 'передал(а)')} вам группу`
      : `${did(who, 'передали', 'передал(а)')} группу. Новый владелец: ${whom.name}`,
  admin: (who, whom) =>
    whom.you
      ? `${did(who, 'назначили', 'назначил(а)')} вас админом`
      : `${did(who, 'назначили', 'назначил(а)')} админа: ${whom.name}`,
  member: (who, whom) =>
    whom.you
      ? `${did(who, 'сняли', 'снял(а)')} с вас права админа`
      : `${did(who, 'сняли', 'снял(а)')} права админа. Теперь участник: ${whom.name}`,
};
