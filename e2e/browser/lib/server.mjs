/** The server under test: the one at RUNSTEAD_URL, or the binary RUNSTEAD_BIN started in a temporary folder. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PATIENCE = 30_000;

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Starts or finds the server; `{ url, setupUrl, stop }`, and `run` for its commands and `pid` when it was started here. With
 *  `kept`, its data is in that folder and stays; where users are there already it has no `setupUrl`. */
export async function startServer(kept) {
  const { RUNSTEAD_URL: url, RUNSTEAD_SETUP_URL: setupUrl, RUNSTEAD_BIN: binary } = process.env;
  if (url && setupUrl) return { url: url.replace(/\/$/, ''), setupUrl, stop: async () => undefined };
  if (!binary) throw new Error('set RUNSTEAD_BIN, or RUNSTEAD_URL and RUNSTEAD_SETUP_URL');

  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'runstead-browser-')));
  const listen = `127.0.0.1:${await freePort()}`;
  const child = spawn(binary, ['serve', '--listen', listen, '--data-dir', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, RUNSTEAD_LANGUAGE: 'en' },
  });
  let output = '';
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const started = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready in time:\n${output}`)), PATIENCE);
    const read = (part) => {
      output += part;
      const ready = /listening on (\S+)/.exec(output);
      const link = /(https?:\/\/\S+\/setup\S*token=\S+)/.exec(output);
      if (!ready || !(link || kept)) return;
      clearTimeout(timer);
      resolve({ url: ready[1].replace(/\/$/, ''), setupUrl: link?.[1] });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`ended with ${code}:\n${output}`)));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    if (!kept) await rm(folder, { recursive: true, force: true });
  };
  const run = (args, input = '') =>
    execFileSync(binary, [...args, '--data-dir', folder], { input, encoding: 'utf8' }).trim();
  try {
    return { ...(await started), pid: child.pid, stop, run };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}
