// Checks of form fields while the user types. The server has the last word. Pure.
import { SIGN_UP } from '../../protocol/rest';
import type { Strings } from '../../strings/dictionary';

/** `bound`: the bound that the server announced. */
export type Check = (value: string, strings: Strings, bound?: number) => string | null;

/** For a sign-up. A server that requires more says so in its response. */
const PASSWORD_MIN = 8;

export const firstName: Check = (value, strings, bound = SIGN_UP.firstName.maxLength) =>
  required(value, bound, strings);

export const lastName: Check = (value, strings, bound = SIGN_UP.lastName.maxLength) =>
  control(value, strings) ?? within(value.trim(), bound, strings);

export const groupName: Check = (value, strings, bound = Infinity) => required(value, bound, strings);

export const email: Check = (value, strings) => {
  if (value.trim() === '') return strings.refusals.faults.required;
  if (!/^[^\s@]\S*@\S+$/.test(value.trim())) return strings.refusals.faults.email;
  return within(value.trim(), SIGN_UP.email.maxLength, strings);
};

export const newPassword: Check = (value, strings, bound = PASSWORD_MIN) => {
  if (value === '') return strings.refusals.faults.required;
  if (length(value) < bound) return strings.refusals.faults.passwordShort(bound);
  return control(value, strings) ?? within(value, SIGN_UP.password.maxLength, strings);
};

/** Any non-empty password: older ones may not meet today's rules. */
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

/** In Unicode code points, as the server counts. */
function length(value: string): number {
  return [...value].length;
}
