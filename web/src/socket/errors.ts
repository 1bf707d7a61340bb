// Why a request over the socket failed.

/** `closed` and `timeout` are the line's fault: nobody knows whether the request took effect. Else the server's code. */
export class SocketError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'SocketError';
    this.code = code;
  }

  /** Whether it is the line's fault. */
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
