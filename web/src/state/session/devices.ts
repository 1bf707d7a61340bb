// Device tokens: proof of an earlier login in this browser, so that failed attempts of others do not lock the user out.
// Each is valid for one account and outlives its sessions.
import { load, save } from '../device/storage';

interface Kept {
  user: string;
  /** The hash of the email, which is typed before the account's id is known. */
  email: string;
  token: string;
}

interface Stored {
  /** Random per browser, so that hashes differ between browsers. */
  salt: string;
  /** Most recently used first. */
  accounts: Kept[];
}

const KEY = 'hearth.devices';
const ACCOUNTS = 5;

/** The device token for this email, if this browser has one. */
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

// 64-bit FNV-1a: over plain HTTP browsers offer no cryptographic hash. It only has to obscure the address.
function hash(email: string, salt: string): string {
  let value = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(salt + email.trim().normalize('NFKC').toLowerCase()))
    value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  return value.toString(36);
}
