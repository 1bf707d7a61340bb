// One fetch for the whole API: JSON both ways, errors as a type, and a callback when the session has ended.
import type { Failure } from '../protocol/rest';
import type { RenewResult } from '../protocol/session';

/** A failed request, with the server's code and the faults of fields, or `network` if there was no response. */
export class ApiError extends Error {
  readonly code: string;
  /** 0 if there was no response. */
  readonly status: number;
  /** By field, what is wrong with it. */
  readonly faults: ReadonlyMap<string, string>;

  constructor(status: number, failure: Failure) {
    super(failure.message);
    this.name = 'ApiError';
    this.status = status;
    this.code = failure.code;
    this.faults = new Map((failure.errors ?? []).map((fault) => [fault.path, fault.message]));
  }
}

export interface Http {
  request<T>(method: string, path: string, options?: RequestOptions): Promise<T>;
}

export interface RequestOptions {
  body?: object;
  query?: Record<string, string>;
  signal?: AbortSignal;
  /** A rejected token is final: do not renew it. */
  once?: true;
  /** The user has just confirmed: do not ask again. */
  confirmed?: true;
}

interface Host {
  token(): string | null;
  /** Gets a new token for one that was rejected. */
  renew(stale: string): Promise<RenewResult>;
  /** Asks the user to confirm with the password. Resolves with whether they did. */
  confirm(): Promise<boolean>;
  /** Called when the session has ended. */
  onUnauthorized(token: string): void;
  fetch?: typeof fetch;
}

const UNREACHABLE: Failure = { code: 'network', message: 'The server cannot be reached' };

export function http(host: Host): Http {
  return { request: (method, path, options) => request(host, method, path, options ?? {}) };
}

async function request<T>(host: Host, method: string, path: string, options: RequestOptions): Promise<T> {
  const token = host.token();
  const headers: Record<string, string> = { accept: 'application/json' };
  if (token) headers['authorization'] = `Bearer ${token}`;
  const init: RequestInit = { method, headers, cache: 'no-store', credentials: 'omit' };
  if (options.signal) init.signal = options.signal;
  if (options.body) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(options.body);
  }
  const query = options.query ? `?${new URLSearchParams(options.query)}` : '';

  let response: Response;
  try {
    response = await (host.fetch ?? fetch)(`/api${path}${query}`, init);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, UNREACHABLE);
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as T;
  if (response.status === 401 && token && !options.once) {
    const renewed = await host.renew(token);
    if (renewed === 'renewed') return request(host, method, path, { ...options, once: true });
    if (renewed === 'unreachable') throw new ApiError(0, UNREACHABLE);
    host.onUnauthorized(token);
  }
  const failure = isFailure(body) ? body : { code: 'unknown', message: response.statusText };
  if (failure.code === 'confirm_required' && !options.confirmed && (await host.confirm()))
    return request(host, method, path, { ...options, confirmed: true });
  throw new ApiError(response.status, failure);
}

function isFailure(body: unknown): body is Failure {
  return typeof body === 'object' && body !== null && 'code' in body && 'message' in body;
}
