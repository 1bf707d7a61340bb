// Proof that accounts have been logged in in this browser before: others' failed attempts then keep nobody out. Each
// token is good for one account alone, and outlives log-out and a session that was ended.
import { load, save } from './storage';

interface Kept {
  user: string;
  /** The hash of the e-mail: which account is meant is typed before one knows its id. */
  email: string;
  token: string;
}

interface Stored {
  /** Of this browser: the same e-mail has another hash elsewhere. */
  salt: string;
  /** Those used last come first. */
  accounts: Kept[];
}

const KEY = 'hearth.devices';
const ACCOUNTS = 5;

/** The token to log in with, if this browser has one for this e-mail. */
export function deviceToken(email: string): string | undefined {
  const { salt, accounts } = stored();
  const wanted = hash(email, salt);
  return accounts.find((account) => account.email === wanted)?.token;
}

export function keepDeviceToken(user: string, email: string, token: string): void {
  const { salt, accounts } = stored();
  const kept = { user, email: hash(email, salt), token };
  const others = accounts.filter((account) => account.user !== user && account.email !== kept.email);
  save(KEY, { salt, accounts: [kept, ...others].slice(0, ACCOUNTS) });
}

/** The account is gone. */
export function forgetDeviceToken(user: string): void {
  const { salt, accounts } = stored();
  const others = accounts.filter((account) => account.user !== user);
  if (others.length < accounts.length) save(KEY, { salt, accounts: others });
}

function stored(): Stored {
  return load<Stored>(KEY) ?? { salt: crypto.getRandomValues(new Uint32Array(4)).join(), accounts: [] };
}

// 64 bits of FNV-1a: over plain HTTP browsers offer no other hash. It only has to keep the address from being read.
function hash(email: string, salt: string): string {
  let value = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(salt + email.trim().normalize('NFKC').toLowerCase()))
    value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  return value.toString(36);
}
