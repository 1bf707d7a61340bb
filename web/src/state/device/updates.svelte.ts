// Whether the server has a newer client than this page. It is offered, never forced.

interface Host {
  /** The path of this page's script; its name changes with its contents. */
  script: string;
  /** The page as the server has it now. */
  page(): Promise<string>;
}

export class Updates {
  /** A reload loads a newer version. */
  ready = $state(false);
  #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Call this after each lost connection: the server may have been upgraded. */
  async check(): Promise<void> {
    const page = await this.#host.page().catch(() => '');
    // A proxy may respond instead of the server.
    if (page.includes('id="app"')) this.ready = !page.includes(this.#host.script);
  }

  later(): void {
    this.ready = false;
  }
}

/** For the current page. */
export function ofThisPage(): Host {
  return {
    get script() {
      const script = document.querySelector<HTMLScriptElement>('script[type="module"][src]:not([src^="/@"])');
      return script ? new URL(script.src).pathname : '';
    },
    page: async () => {
      const response = await fetch('/', { cache: 'no-cache', credentials: 'omit' });
      return response.ok ? response.text() : '';
    },
  };
}
