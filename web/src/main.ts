// The entry point: creates the state and mounts the view.
import { mount } from 'svelte';
import { App } from './state/app.svelte';
import { textsIn } from './strings/language';
import { guardInputMethod } from './views/input-method';
import Root from './views/Root.svelte';
import { chosen } from './views/ui.svelte';
import './views/styles/tokens.css';
import './views/styles/base.css';

guardInputMethod(window); // before any other listener
const app = new App();
const target = document.getElementById('app');
void textsIn(chosen(app)).then((texts) => target && mount(Root, { target, props: { app, texts } }));

// A file of an old build that the server no longer has.
addEventListener('vite:preloadError', () => void app.updates.check());
// Plain HTTP from another host offers no service worker.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  navigator.serviceWorker.register('/sw.js').catch(() => undefined); // all works without it, but offline
}
