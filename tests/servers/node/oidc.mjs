// A real authorization server for the tests: oidc-provider on loopback.
//
//   node oidc.mjs --port 0 --config '{"clients": [...]}'      (or --config @file.json)
//
// Prints one line `READY {...}` on standard output when it listens, then runs until SIGTERM, SIGINT or, with
// `--watch-stdin`, until its standard input closes: a parent that dies cannot leave it behind.
// Nothing here is safe for production: everyone is logged in, everything is approved, and /admin asks no password.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

import { Authority } from './oidc/authority.mjs';
import { readSettings } from './oidc/settings.mjs';
import { createTlsServer } from './oidc/tls.mjs';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    config: { type: 'string', default: '{}' },
    'watch-stdin': { type: 'boolean', default: false },
  },
});
const configText = values.config.startsWith('@') ? readFileSync(values.config.slice(1), 'utf8') : values.config;
const settings = readSettings(JSON.parse(configText));

const listen = (server, port) => new Promise((resolve, reject) => {
  server.once('error', reject);
  server.listen(port, '127.0.0.1', () => resolve(server.address().port));
});

// The port is taken before the provider exists, because the issuer's name holds it: no race for a free port.
const server = createServer((req, res) => authority.handle(req, res));
const port = await listen(server, Number(values.port));
const ready = { issuer: `http://127.0.0.1:${port}`, api: `http://127.0.0.1:${port}/api` };

// The same application over TLS, asking for a client certificate: mutual TLS happens there.
let tlsServer;
if (settings.tls) {
  tlsServer = createTlsServer(settings.tls, (req, res) => authority.handle(req, res));
  ready.mtls = `https://127.0.0.1:${await listen(tlsServer, 0)}`;
}

// A second origin that serves only the protected API, for what must be kept apart by origin (DPoP nonces, redirects).
const apiServer = createServer((req, res) => authority.handleApi(req, res));
ready.other_api = `http://127.0.0.1:${await listen(apiServer, 0)}/api`;

const authority = new Authority(ready, settings);
const servers = [server, apiServer, tlsServer].filter(Boolean);

function stop() {
  for (const each of servers) {
    each.close();
    each.closeAllConnections();
  }
  process.exit(0);
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
if (values['watch-stdin']) {
  process.stdin.resume();
  process.stdin.on('end', stop);
  process.stdin.on('error', stop);
}

await authority.checkClients();
console.log(`READY ${JSON.stringify(ready)}`);
