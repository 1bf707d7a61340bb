// A person: who they are, and blocking them.

export const en = {
  about: 'About this person',
  write: 'Write a message',
  mail: 'E-mail',
  notesHint: 'What you write here, nobody but you can read.',
  gone: 'This account was deleted.',
  offline: 'not online',
  block: 'Block…',
  blockAction: 'Block',
  blockTitle: (name: string) => `Block ${name}?`,
  blockText:
    'They can no longer write to you, add you to groups, or see when you are online. They are not told.',
  unblock: 'Unblock',
  unblockName: (name: string) => `Unblock ${name}`,
  blocked: 'Blocked people',
  blockedNow: (name: string) => `You have blocked ${name}.`,
  unblockedNow: (name: string) => `${name} can write to you again.`,
  nobodyBlocked: 'You have blocked nobody.',
  nobodyBlockedHint: 'Whom you block from a conversation’s menu stands here.',
  blockedFailed: 'The list could not be loaded.',
};

export const ru: typeof en = {
  about: 'О человеке',
  write: 'Написать сообщение',
  mail: 'Эл. почта',
  notesHint: 'Написанное здесь видите только вы.',
  gone: 'Этот аккаунт удалён.',
  offline: 'не в сети',
  block: 'Заблокировать…',
  blockAction: 'Заблокировать',
  blockTitle: (name) => `Заблокировать (${name})?`,
  blockText:
    'Этот человек не сможет писать вам, добавлять вас в группы и видеть, когда вы в сети. Он об этом не узнает.',
  unblock: 'Разблокировать',
  unblockName: (name) => `Разблокировать: ${name}`,
  blocked: 'Заблокированные',
  blockedNow: (name) => `${name}: вы заблокировали этого человека.`,
  unblockedNow: (name) => `${name} снова может вам писать.`,
  nobodyBlocked: 'Вы никого не блокировали.',
  nobodyBlockedHint: 'Здесь будут те, кого вы заблокируете в меню беседы.',
  blockedFailed: 'Не удалось загрузить список.',
};
