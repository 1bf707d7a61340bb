// Notices in groups: who did it, to whom.

export const en = {
  created: (who: string) => `${who} created the group`,
  added: (who: string, whom: string) => `${who} added ${whom}`,
  left: (who: string) => `${who} left the group`,
  removed: (who: string, whom: string) => `${who} removed ${whom}`,
  renamed: (who: string, name: string) => `${who} renamed the group to “${name}”`,
  owner: (who: string, whom: string) => `${who} made ${whom} the owner`,
  admin: (who: string, whom: string) => `${who} made ${whom} an admin`,
  member: (who: string, whom: string) => `${who} made ${whom} a member again`,
};

export const ru: typeof en = {
  created: (who) => `${who}: группа создана`,
  added: (who, whom) => `${who}: в группе теперь ${whom}`,
  left: (who) => `${who}: выход из группы`,
  removed: (who, whom) => `${who}: из группы исключён участник ${whom}`,
  renamed: (who, name) => `${who}: группа теперь называется «${name}»`,
  owner: (who, whom) => `${who}: новый владелец группы — ${whom}`,
  admin: (who, whom) => `${who}: новый администратор — ${whom}`,
  member: (who, whom) => `${who}: теперь обычный участник — ${whom}`,
};
