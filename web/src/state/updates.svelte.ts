// Whether the server has a newer client than this page. It is offered, never forced: a reload is the reader's choice.

interface Host {
  /** The path of the script that this page began with; its name changes with its contents. */
  script: string;
  /** The page as the server has it now. */
  page(): Promise<string>;
}

export class Updates {
  /** A reload brings a newer version. */
  ready = $state(false);
  #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** To be called when the server may have been replaced: after each lost connection. */
  async check(): Promise<void> {
    const page = await this.#host.page().catch(() => '');
    // Something between may answer in the server's place.
    if (page.includes('id="app"')) this.ready = !page.includes(this.#host.script);
  }

  later(): void {
    this.ready = false;
  }
}

/** Of the page that is open. */
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
