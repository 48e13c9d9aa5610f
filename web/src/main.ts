/** The first script of a page: small, so that it asks the server while the app itself is still on its way. */
import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import './lib/design/tokens.css';
import './lib/design/base.css';
import { askEarly } from './early';
import { chosenTheme, showTheme } from './lib/state/shown-theme';

showTheme(chosenTheme());
askEarly();
void import('./start');
