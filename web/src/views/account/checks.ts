// What can be said of a field before the server is asked. The server decides; these answer while one types. Pure.
import type { Strings } from '../../strings/dictionary';

export type Check = (value: string, strings: Strings) => string | null;

const NAME = 64;
const GROUP_NAME = 128;
const EMAIL = 254;
const PASSWORD = { least: 8, most: 256 };

export const firstName: Check = (value, strings) => required(value, NAME, strings);

export const lastName: Check = (value, strings) =>
  control(value, strings) ?? within(value.trim(), NAME, strings);

export const groupName: Check = (value, strings) => required(value, GROUP_NAME, strings);

export const email: Check = (value, strings) => {
  if (value.trim() === '') return strings.refusals.faults.required;
  if (!/^[^\s@]\S*@\S+$/.test(value.trim())) return strings.refusals.faults.email;
  return within(value.trim(), EMAIL, strings);
};

export const newPassword: Check = (value, strings) => {
  if (value === '') return strings.refusals.faults.required;
  if (length(value) < PASSWORD.least) return strings.refusals.faults.passwordShort(PASSWORD.least);
  return control(value, strings) ?? within(value, PASSWORD.most, strings);
};

/** Any that is given: what was once allowed must open its account for ever. */
export const given: Check = (value, strings) => (value === '' ? strings.refusals.faults.required : null);

function required(value: string, limit: number, strings: Strings): string | null {
  if (value.trim() === '') return strings.refusals.faults.required;
  return control(value, strings) ?? within(value.trim(), limit, strings);
}

function within(value: string, limit: number, strings: Strings): string | null {
  return length(value) > limit ? strings.refusals.faults.tooLong(limit) : null;
}

function control(value: string, strings: Strings): string | null {
  return /\p{Cc}/u.test(value) ? strings.refusals.faults.control : null;
}

/** In Unicode characters, as the server counts. */
function length(value: string): number {
  return [...value].length;
}
