import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { firstLoad, groups } from './dev/first-load';

/** Keeps only the web app's messages of a catalogue: the file also holds the server's. */
function webMessages(): Plugin {
  return {
    name: 'web-messages',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/locales\/\w+\.json$/.test(id)) return null;
      const all = Object.entries(JSON.parse(code) as Record<string, unknown>);
      return JSON.stringify(Object.fromEntries(all.filter(([key]) => key.startsWith('web.'))));
    },
  };
}

const server = process.env.RUNSTEAD_URL ?? 'http://127.0.0.1:8090';
const routes = ['/api', '/graphql', '/files', '/blob'];

export default defineConfig({
  base: './',
  plugins: [webMessages(), svelte(), firstLoad()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        codeSplitting: { groups },
      },
    },
  },
  server: {
    fs: { allow: ['..'] },
    proxy: Object.fromEntries(routes.map((route) => [route, { target: server }])),
  },
});
