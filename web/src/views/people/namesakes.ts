// Distinguishes people with the same name wherever a person is picked.
import { idOf } from '../../protocol/chat';
import type { Messenger } from '../../state/messenger.svelte';
import type { Found } from '../../state/chats/search.svelte';
import type { Strings } from '../../strings/dictionary';

export interface Named {
  id: string;
  name: string;
  /** The email address, if known. */
  email?: string;
}

/** How many of an id's last characters are shown, unless more are needed. Ids start with the time. */
const SHORT = 4;
/** How many groups are named. */
const GROUPS = 2;

/** For each person with a namesake: their email, else shared groups, else a short id. */
export function tellApart(people: Named[], shared: (id: string) => string): ReadonlyMap<string, string> {
  const byName = new Map<string, Map<string, Named>>();
  for (const person of people) {
    const name = person.name.normalize('NFKC').trim();
    byName.set(name, (byName.get(name) ?? new Map()).set(person.id, person));
  }
  const all = [...byName.values()].filter((namesakes) => namesakes.size > 1);
  return new Map(all.flatMap((namesakes) => hints([...namesakes.values()], shared)));
}

function hints(namesakes: Named[], shared: (id: string) => string): [string, string][] {
  const known = namesakes.map(({ id, email }) => email || shared(id));
  const short = shortIds(namesakes.map(({ id }) => id));
  return namesakes.map(({ id }, index) => {
    const hint = known[index]!;
    const alone = hint !== '' && known.indexOf(hint) === known.lastIndexOf(hint);
    return [id, alone ? hint : [hint, short[index]].filter(Boolean).join(' · ')];
  });
}

function shortIds(ids: string[]): string[] {
  for (let length = SHORT; ; length++) {
    const short = ids.map((id) => id.slice(-length));
    if (new Set(short).size === ids.length) return short;
  }
}

/** The groups shared with a person, as far as this client knows them, except `but`. */
export function sharedWith(messenger: Messenger, strings: Strings, but?: string): (id: string) => string {
  const { chats, receipts } = messenger;
  return (id) => {
    const groups = receipts.groupsOf(id).filter((key) => idOf(key) !== but);
    const names = groups.flatMap((key) => chats.get(key)?.groupName ?? []).slice(0, GROUPS);
    if (names.length > 0) return strings.search.alsoIn(names);
    return chats.get(`u/${id}`) ? strings.search.inChats : '';
  };
}

/** The same for people who were found or are offered. */
export function tellFoundApart(
  found: Found[],
  { messenger, strings, but }: { messenger: Messenger; strings: Strings; but?: string | undefined },
): ReadonlyMap<string, string> {
  const people = found.map(({ key, name, detail }) => ({ id: idOf(key), name, email: detail }));
  return tellApart(people, sharedWith(messenger, strings, but));
}

/** The name with its hint. */
export function withHint(name: string, hint: string | undefined): string {
  return hint ? `${name} (${hint})` : name;
}
