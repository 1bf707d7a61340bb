// Every broadcast type of the protocol with its item.
import type { ChatRef } from './chat';
import type { Gone, MuteState } from './requests';
import type { CountedRow, Counters, Hello, Presence, Privacy, Reaction, Role } from './rows';

export type ReadNews = {
  chat: ChatRef;
  userId: string;
  readUpTo: number;
  /** To one's own connections alone. */
  unreadCount?: number;
  /** Not to members of groups. */
  state?: number;
};

export type ReactionNews = Counters & {
  chat: ChatRef;
  messageId: string;
  seq: number;
  reactions: Reaction[];
  userId: string;
  emoji: string;
  on: boolean;
};

export interface PersonDeleted {
  userId: string;
  erased: boolean;
}

export interface Broadcasts {
  hello: Hello;
  privateMessage: CountedRow;
  messageInGroup: CountedRow;
  addUserInGroup: CountedRow;
  leaveGroup: CountedRow;
  removeUserFromGroup: CountedRow;
  groupChanged: CountedRow;
  messageEdited: CountedRow;
  messageDeleted: CountedRow;
  messageReactions: ReactionNews;
  messagesRead: ReadNews;
  removedFromGroup: Gone;
  dropGroup: Gone;
  dialogHidden: { chat: ChatRef; hiddenUpTo: number; readUpTo: number; state: number };
  muteChat: MuteState;
  /** One's own role. */
  roleChanged: { chat: ChatRef; role: Role; state: number };
  blockUser: { userId: string; on: boolean };
  profileChanged: { userId: string; firstName: string; lastName: string };
  privacyChanged: Privacy;
  /** The account of somebody with whom one shares a chat is gone; `erased`: with the texts of its messages. */
  personDeleted: PersonDeleted;
  /** You logged in elsewhere. */
  sessionBegan: { sessionId: string; userAgent: string; createdAt: string };
  typing: { chat: ChatRef; userId: string; firstName: string };
  presence: Presence;
}

export type BroadcastType = keyof Broadcasts;
/** One broadcast, told apart by `type`. */
export type Broadcast = { [T in BroadcastType]: { type: T; item: Broadcasts[T] } }[BroadcastType];
