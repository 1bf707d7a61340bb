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
    'Their messages to you are not delivered, and they read: “Not delivered: this person does not accept messages from you”. They cannot add you to groups. In groups that you share, their messages are hidden.\n\nThey will also stop seeing when you are online, when you type and what you have read, without being told.',
  unblock: 'Unblock',
  unblockName: (name: string) => words`Unblock ${name}`,
  blocked: 'Blocked people',
  blockedNow: (name: string) => words`You have blocked ${name}.`,
  unblockedNow: (name: string) => words`${name} can write to you again.`,
  nobodyBlocked: 'You have blocked nobody.',
  nobodyBlockedHint: 'People you block from a conversation’s menu are listed here.',
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
  blockTitle: (name) => words`Заблокировать пользователя ${name}?`,
  blockText:
    'Сообщения этого человека вам не доставляются, и он видит: «Не доставлено: этот человек не принимает от вас сообщения». Он не может добавлять вас в группы. В общих группах его сообщения скрыты.\n\nОн также перестанет видеть, когда вы в сети, когда печатаете и что прочитали, и не узнает об этом.',
  unblock: 'Разблокировать',
  unblockName: (name) => words`Разблокировать: ${name}`,
  blocked: 'Заблокированные',
  blockedNow: (name) => words`${name}: вы заблокировали этого человека.`,
  unblockedNow: (name) => words`${name} снова может вам писать.`,
  nobodyBlocked: 'Вы никого не блокировали.',
  nobodyBlockedHint: 'Здесь будут те, кого вы заблокируете в меню беседы.',
  blockedFailed: 'Не удалось загрузить список.',
};
