// What one is writing in a conversation besides the text: an answer to a message, or a stored message anew.
import type { Quote, Row } from '../protocol/rows';

export class Composition {
  replyTo = $state.raw<Row | null>(null);
  editing = $state.raw<Row | null>(null);
  /** Puts the focus into the text that one writes; set by its field. */
  focusText: () => void = () => undefined;

  reply(row: Row): void {
    this.editing = null;
    this.replyTo = row;
  }

  edit(row: Row): void {
    this.replyTo = null;
    this.editing = row;
  }

  /** The text of the answered message was erased. */
  erased(userId: string): void {
    if (this.replyTo?.senderId === userId) this.replyTo = null;
  }

  cancel(): void {
    this.replyTo = null;
    this.editing = null;
  }

  /** The answered message as it will be quoted. */
  quote(): Quote | null {
    const row = this.replyTo;
    if (!row) return null;
    const { messageId, seq, senderId, senderName } = row;
    return { messageId, seq, senderId, senderName, content: [...row.content].slice(0, 200).join('') };
  }
}
