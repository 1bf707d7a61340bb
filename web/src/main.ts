// The beginning: the state, and the view of it.
import { mount } from 'svelte';
import { App } from './state/app.svelte';
import { guardInputMethod } from './views/input-method';
import Root from './views/Root.svelte';
import './views/styles/tokens.css';
import './views/styles/base.css';

guardInputMethod(window); // before any other listener
const app = new App();
const target = document.getElementById('app');
if (target) mount(Root, { target, props: { app } });

// A part of an old page that nobody has any more.
addEventListener('vite:preloadError', () => void app.updates.check());
// Plain HTTP from another host offers no service worker.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  navigator.serviceWorker.register('/sw.js').catch(() => undefined); // all works without it, but offline
}
