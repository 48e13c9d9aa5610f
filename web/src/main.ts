/** Starts the app. */
import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import './lib/design/tokens.css';
import './lib/design/base.css';
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
