// Why a request over the socket failed.

/** The server's code, or `closed` or `timeout` if the connection was lost: whether the request took effect is unknown. */
export class SocketError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'SocketError';
    this.code = code;
  }

  /** Whether the connection was lost. */
  get lost(): boolean {
    return this.code === 'closed' || this.code === 'timeout';
  }

  /** Whether the same request may succeed later, unchanged. */
  get passing(): boolean {
    return passing.has(this.code);
  }
}

const passing = new Set([
  'closed',
  'timeout',
  'unavailable',
  'disk_full',
  'too_many_requests',
  'internal',
  'unauthorized',
]);
