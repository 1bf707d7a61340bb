// A person: who they are, and blocking them.
import { words } from './words';

export const en = {
  about: 'About this person',
  write: 'Write a message',
  mail: 'E-mail',
  notesHint: 'What you write here, nobody but you can read.',
  gone: 'This account was deleted.',
  offline: 'not online',
  block: 'Block…',
  blockAction: 'Block',
  blockTitle: (name: string) => words`Block ${name}?`,
  blockText:
    'They can no longer write to you, add you to groups, or see when you are online. They are not told.',
  unblock: 'Unblock',
  unblockName: (name: string) => words`Unblock ${name}`,
  blocked: 'Blocked people',
  blockedNow: (name: string) => words`You have blocked ${name}.`,
  unblockedNow: (name: string) => words`${name} can write to you again.`,
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
  blockTitle: (name) => words`Заблокировать (${name})?`,
  blockText:
    'Этот человек не сможет писать вам, добавлять вас в группы и видеть, когда вы в сети. Он об этом не узнает.',
  unblock: 'Разблокировать',
  unblockName: (name) => words`Разблокировать: ${name}`,
  blocked: 'Заблокированные',
  blockedNow: (name) => words`${name}: вы заблокировали этого человека.`,
  unblockedNow: (name) => words`${name} снова может вам писать.`,
  nobodyBlocked: 'Вы никого не блокировали.',
  nobodyBlockedHint: 'Здесь будут те, кого вы заблокируете в меню беседы.',
  blockedFailed: 'Не удалось загрузить список.',
};
