// Texts for failed requests.
import type { Strings } from '../strings/dictionary';

/** The text for an error of the API or socket, by its code. Other errors are defects and rethrown. */
export function failureText(error: unknown, strings: Strings): string {
  if (!(error instanceof Error) || !('code' in error)) throw error;
  return refusalText(String(error.code), strings);
}

export function refusalText(code: string, strings: Strings): string {
  const texts: Record<string, string> = strings.refusals.codes;
  if (code === 'closed' || code === 'timeout') return texts['network']!;
  return texts[code] ?? strings.refusals.codes.unknown;
}

/** The faults of single fields, as the server found them. */
export function faultsOf(error: unknown): ReadonlyMap<string, string> {
  return error instanceof Error && 'faults' in error
    ? (error.faults as ReadonlyMap<string, string>)
    : new Map();
}
