// The beginning: the state, and the view of it.
import { mount } from 'svelte';
import { App } from './state/app.svelte';
import Root from './views/Root.svelte';
import './views/styles/tokens.css';
import './views/styles/base.css';

const target = document.getElementById('app');
if (target) mount(Root, { target, props: { app: new App() } });
