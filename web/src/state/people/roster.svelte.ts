// The members of a group as far as they are read, page by page, and kept current by notices.
import type { CountedRow, Role } from '../../protocol/rows';
import type { MemberRow } from '../../protocol/socket';
import { SocketError } from '../../socket/errors';
import type { MembersPage } from '../actions/groups';

const rank: Record<Role, number> = { owner: 0, admin: 1, member: 2 };

export class Roster {
  status = $state<'loading' | 'ready' | 'failed'>('loading');
  hasMore = $state(true);
  /** In the order of joining. */
  rows = $state.raw<MemberRow[]>([]);
  #isOnePage = $state(false);
  /** As shown: sorted by role and name if the group fits on a page, else in joining order. */
  members = $derived(this.#isOnePage ? [...this.rows].sort(byRank) : this.rows);

  #page: (cursor: string | null) => Promise<MembersPage>;
  #latest = 0;
  #paging = false;

  /** `page`: the members after the one with this id. */
  constructor(page: (cursor: string | null) => Promise<MembersPage>) {
    this.#page = page;
  }

  /** Reads again, as far as it was read before. */
  async load(): Promise<void> {
    const latest = ++this.#latest;
    if (this.status === 'failed') this.status = 'loading';
    await this.#caught(latest, async () => {
      const rows: MemberRow[] = [];
      let [hasMore, isOnePage] = [true, false];
      do {
        const page = await this.#page(rows.at(-1)?.userId ?? null);
        isOnePage = rows.length === 0 && !page.hasMore;
        rows.push(...page.rows);
        hasMore = page.hasMore;
      } while (hasMore && rows.length < this.rows.length);
      if (latest !== this.#latest) return;
      this.rows = rows;
      this.hasMore = hasMore;
      this.#isOnePage = isOnePage;
      this.status = 'ready';
    });
  }

  async more(): Promise<void> {
    if (!this.hasMore || this.#paging || this.status !== 'ready') return;
    const latest = this.#latest;
    this.#paging = true;
    await this.#caught(latest, async () => {
      const page = await this.#page(this.rows.at(-1)?.userId ?? null);
      if (latest !== this.#latest) return;
      this.rows = [...this.rows, ...page.rows];
      this.hasMore = page.hasMore;
    });
    this.#paging = false;
  }

  /** A notice of this group. */
  heard({ event, senderId, createdAt }: CountedRow): void {
    if (!event) return;
    const { kind, userId, firstName, lastName, role } = event;
    const ownerLeft =
      kind === 'left' && this.#roleOf(senderId) !== 'member' && this.#roleOf(senderId) !== 'admin';
    // Only the server knows who becomes the owner; and a read in progress may predate the notice.
    if (ownerLeft || this.status !== 'ready' || this.#paging) return void this.load();
    if (kind === 'left') this.#without(senderId);
    if (userId === null) return;
    if (kind === 'removed') this.#without(userId);
    if (kind === 'role') {
      if (role === 'owner') this.#change(senderId, 'admin');
      this.#change(userId, role ?? 'member');
    }
    if (kind === 'added' && !this.hasMore && !this.#roleOf(userId)) {
      const name = { firstName: firstName ?? '', lastName: lastName ?? '' };
      this.rows = [...this.rows, { userId, ...name, role: 'member', joinedAt: createdAt, readUpTo: null }];
    }
  }

  /** The account was deleted. Only the server knows who becomes the owner. */
  gone(userId: string): void {
    if (this.#roleOf(userId) === 'owner') return void this.load();
    this.#without(userId);
  }

  async #caught(latest: number, reading: () => Promise<void>): Promise<void> {
    try {
      await reading();
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      if (latest === this.#latest) this.status = 'failed';
    }
  }

  #roleOf(userId: string): Role | undefined {
    return this.rows.find((row) => row.userId === userId)?.role;
  }

  #without(userId: string): void {
    this.rows = this.rows.filter((row) => row.userId !== userId);
  }

  #change(userId: string, role: Role): void {
    this.rows = this.rows.map((row) => (row.userId === userId ? { ...row, role } : row));
  }
}

function byRank(a: MemberRow, b: MemberRow): number {
  return rank[a.role] - rank[b.role] || nameOf(a).localeCompare(nameOf(b));
}

function nameOf({ firstName, lastName }: MemberRow): string {
  return `${firstName} ${lastName}`;
}
