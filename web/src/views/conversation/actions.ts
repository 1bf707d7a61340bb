// What one can do to a stored message, by menu and by key.
import { keyOf } from '../../protocol/chat';
import type { Row } from '../../protocol/socket';
import { react, remove } from '../../state/actions/messages';
import type { Chat } from '../../state/chats/chat';
import type { Composition } from '../../state/outbox/composition.svelte';
import type { Messenger } from '../../state/messenger.svelte';
import { mayDelete, mayEdit } from '../../state/rules';
import { quick } from '../emoji/emoji';
import type { Choice } from '../parts/MenuList.svelte';
import type { Box } from '../parts/place';
import { copyText } from '../clipboard';
import type { Ui } from '../ui.svelte';
import { meaning } from './keys';

export class MessageActions {
  #ui: Ui;
  #me: string;
  #messenger: Messenger;
  #composition: Composition;

  constructor(ui: Ui, messenger: Messenger, composition: Composition) {
    this.#ui = ui;
    this.#me = messenger.user.id;
    this.#messenger = messenger;
    this.#composition = composition;
  }

  choices(row: Row, chat: Chat | undefined): Choice[] {
    const texts = this.#ui.strings.messages;
    const all: Choice[] = [
      { label: texts.reply, icon: 'reply', key: 'R', action: () => this.#composition.reply(row) },
      { label: texts.copy, icon: 'copy', key: 'C', action: () => void this.copy(row) },
    ];
    const readers = this.#messenger.receipts.readers(chat, row);
    if (readers.length > 0) {
      const label = texts.seenBy(readers.length);
      const action = () => void this.#ui.dialogs.show('readers', { readers });
      all.push({ label, icon: 'checks', action });
    }
    if (mayEdit(row, this.#me))
      all.push({ label: texts.edit, icon: 'edit', key: 'E', action: () => this.#composition.edit(row) });
    if (mayDelete(row, chat, this.#me)) {
      const action = () => this.askToRemove(row);
      all.push({ label: texts.remove, icon: 'bin', key: 'Del', danger: true, action });
    }
    return all;
  }

  /** Runs the key's action. Returns whether the key has one. */
  press(event: KeyboardEvent, row: Row, chat: Chat | undefined, at: Box): boolean {
    const wish = meaning(event);
    switch (wish) {
      case 'reply':
        this.#composition.reply(row);
        return true;
      case 'copy':
        void this.copy(row);
        return true;
      case 'edit':
        if (mayEdit(row, this.#me)) this.#composition.edit(row);
        return true;
      case 'remove':
        if (mayDelete(row, chat, this.#me)) this.askToRemove(row);
        return true;
      case 'react':
        this.chooseReaction(row, at);
        return true;
      case null:
        return false;
      default:
        this.react(row, quick[wish] ?? '');
        return true;
    }
  }

  /** Adds or removes the user's reaction. */
  react(row: Row, emoji: string): void {
    const on = !mine(row, emoji);
    if (on) this.#messenger.emoji.used(emoji);
    void this.#ui.attempt(react(this.#messenger, keyOf(row.chat), row.messageId, emoji, on));
  }

  chooseReaction(row: Row, at: Box): void {
    const onpick = (emoji: string) => this.react(row, emoji);
    void this.#ui.dialogs.show('emoji', { at, onpick });
  }

  copy(row: Row): Promise<void> {
    return copyText(this.#ui, row.content);
  }

  askToRemove(row: Row): void {
    const texts = this.#ui.strings.messages;
    void this.#ui.dialogs.show('confirm', {
      title: texts.removeTitle,
      text: texts.removeText,
      action: texts.remove,
      onconfirm: () => void this.#ui.attempt(remove(this.#messenger, keyOf(row.chat), row.messageId)),
    });
  }
}

export function mine(row: Row, emoji: string): boolean {
  return row.reactions.some((each) => each.emoji === emoji && each.mine === true);
}
