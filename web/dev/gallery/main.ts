/** Every panel type with made-up data, for work on them: `npm run dev`, then /dev/gallery/?type=Scatter Plot&form=1. */
import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import { mount } from 'svelte';
import '../../src/lib/design/tokens.css';
import '../../src/lib/design/base.css';
import Gallery from './Gallery.svelte';

const target = document.getElementById('app');
if (target) mount(Gallery, { target });
