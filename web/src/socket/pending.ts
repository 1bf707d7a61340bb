// The requests that wait for their answers, by id.
import type { Answer, RequestType } from '../protocol/frames';
import { SocketError } from './errors';

interface Waiting {
  resolve(answer: { item: unknown; data: unknown }): void;
  reject(error: SocketError): void;
  timer: ReturnType<typeof setTimeout>;
}

export class Pending {
  #waiting = new Map<number, Waiting>();
  #lastId = 0;

  /** A new id and the promise of its answer. Calls `onTimeout` if the answer is late. */
  add<T extends RequestType>(
    timeout: number,
    onTimeout: () => void,
  ): { id: number; answer: Promise<Answer<T>> } {
    const id = ++this.#lastId;
    const answer = new Promise<Answer<T>>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.refuse(id, new SocketError('timeout', 'No answer in time'));
        onTimeout();
      }, timeout);
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject, timer });
    });
    return { id, answer };
  }

  answer(id: number, answer: { item: unknown; data: unknown }): void {
    this.#take(id)?.resolve(answer);
  }

  refuse(id: number, error: SocketError): void {
    this.#take(id)?.reject(error);
  }

  refuseAll(error: SocketError): void {
    for (const id of [...this.#waiting.keys()]) this.refuse(id, error);
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting) clearTimeout(waiting.timer);
    this.#waiting.delete(id);
    return waiting;
  }
}
