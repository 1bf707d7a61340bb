// Every request type of the protocol with its params and its answer. `ask` of the socket is typed by this table.
import type { ChatParams, ChatRef } from './chat';
import type { CountedRow, Counters, ListRow, Member, Person, Presence, Role, Row } from './rows';

type Request<Params, Item = null, Data = null> = { params: Params; item: Item; data: Data };

interface Page {
  limit: number;
  cursorCreatedAt?: string;
  beforeSeq?: number;
  afterSeq?: number;
  aroundSeq?: number;
}
interface Notice {
  messageId: string;
  message: string;
}
interface Message {
  messageId: string;
  content: string;
  replyTo?: string;
}

export type Known = Counters & { chat: ChatRef; state: number };
export type ReadState = { chat: ChatRef; readUpTo: number; unreadCount: number; state: number };
export type MuteState = { chat: ChatRef; mutedUntil: string | null; state: number };
export type Gone = { chat: ChatRef; groupId: string };

export interface Requests {
  listLastMessage: Request<{ limit: number; cursorCreatedAt?: string }, null, ListRow[]>;
  getlatestMessageDialog: Request<{ receiverId: string } & Page, null, Row[]>;
  getlatestMessageGroup: Request<{ groupId: string } & Page, null, Row[]>;
  getChangedChats: Request<
    { known: Known[]; cursor: ChatRef | null },
    { gone: ChatRef[]; complete: boolean; cursor: ChatRef | null },
    ListRow[]
  >;
  getChanges: Request<
    ChatParams & { afterSeq: number; afterRevision: number; limit: number },
    Counters & { chat: ChatRef; complete: boolean; reset: boolean; afterSeq: number; afterRevision: number },
    Row[]
  >;
  groupMembers: Request<{ groupId: string; limit: number; cursor: string | null }, null, Member[]>;
  /** Whoever does not exist is left out. */
  people: Request<{ userIds: string[] }, null, Person[]>;
  blockedUsers: Request<{ limit: number; cursor: string | null }, null, Person[]>;

  privateMessage: Request<{ receiverId: string } & Message, CountedRow>;
  messageInGroup: Request<{ groupId: string } & Message, CountedRow>;
  addUserInGroup: Request<{ groupId: string; userId: string } & Notice, CountedRow>;
  removeUserFromGroup: Request<{ groupId: string; userId: string } & Notice, CountedRow>;
  leaveGroup: Request<{ groupId: string } & Notice, Gone>;
  dropGroup: Request<{ groupId: string }, Gone>;
  renameGroup: Request<{ groupId: string; groupName: string } & Notice, CountedRow>;
  setRole: Request<{ groupId: string; userId: string; role: Role } & Notice, CountedRow>;
  editMessage: Request<ChatParams & { messageId: string; content: string }, CountedRow>;
  deleteMessage: Request<ChatParams & { messageId: string }, CountedRow>;
  react: Request<ChatParams & { messageId: string; emoji: string; on: boolean }, CountedRow>;
  markRead: Request<ChatParams & { seq: number }, ReadState>;
  muteChat: Request<ChatParams & { until: string | null }, MuteState>;
  blockUser: Request<{ userId: string; on: boolean }, { userId: string; on: boolean }>;
  typing: Request<ChatParams>;
  watchPresence: Request<{ userIds: string[] }, null, Presence[]>;
  renew: Request<{ token: string }, { expiresAt: string }>;
}

export type RequestType = keyof Requests;
export type Params<T extends RequestType> = Requests[T]['params'];
export type Answer<T extends RequestType> = Pick<Requests[T], 'item' | 'data'>;
