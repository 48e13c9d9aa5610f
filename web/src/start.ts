/** Starts the app. */
import { mount } from 'svelte';
import App from './App.svelte';
import { startRouter } from './lib/router.svelte';
import { startKeys } from './lib/state/keys.svelte';
import { startTheme } from './lib/state/theme.svelte';

startTheme();
startRouter();
startKeys();
const target = document.getElementById('app');
if (target) mount(App, { target });
