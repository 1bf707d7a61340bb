// The composer's context: the message that is being answered or edited.
import type { QuoteItem, Row } from '../../protocol/socket';

export class Composition {
  replyTo = $state.raw<Row | null>(null);
  editing = $state.raw<Row | null>(null);
  /** Focuses the text field; set by that field. */
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
  quote(): QuoteItem | null {
    const row = this.replyTo;
    if (!row) return null;
    const { messageId, seq, senderId, senderName } = row;
    return { messageId, seq, senderId, senderName, content: [...row.content].slice(0, 200).join('') };
  }
}
