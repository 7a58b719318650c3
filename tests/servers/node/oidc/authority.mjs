// One authorization server: the provider of the day, its store, its settings, and who answers which path.
// Rotating the keys builds a new provider over the same store, so that nothing but the keys changes.
import { randomBytes } from 'node:crypto';

import Provider from 'oidc-provider';

import { createAdmin } from './admin.mjs';
import { createApi } from './api.mjs';
import { createConfiguration } from './configuration.mjs';
import { Decisions } from './decisions.mjs';
import { newNonce } from './dpop.mjs';
import { registerGrants } from './grants.mjs';
import { approve } from './interactions.mjs';
import { generateKeys } from './keys.mjs';
import { Store } from './store.mjs';

export class Authority {
  constructor(addresses, settings) {
    this.addresses = addresses;
    this.issuer = addresses.issuer;
    this.settings = settings;
    this.store = new Store();
    this.decisions = new Decisions(this);
    this.counts = {}; // "POST /token" or "grant refresh_token" -> how many there were
    this.apiNonces = new Map(); // origin -> the DPoP nonce it wants
    this.nonceSecret = randomBytes(32);
    this.cookieKey = randomBytes(16).toString('hex');
    for (const client of settings.clients) this.addClient(client);
    this.#useKeys(generateKeys());
    this.admin = createAdmin(this);
    this.api = createApi(this);
  }

  // A client that is known from now on, or known differently.
  addClient(metadata) {
    this.store.put('Client', metadata.client_id, metadata);
  }

  // A client that the provider would refuse is an error now, not a puzzle in some test.
  async checkClients() {
    for (const { client_id: id } of this.settings.clients) {
      try {
        await this.provider.Client.find(id);
      } catch (error) {
        throw new Error(`client ${id}: ${error.error_description ?? error.message}`);
      }
    }
  }

  // New keys sign from now on; the old ones stay published only if `keep` says so.
  rotateKeys({ keep = false } = {}) {
    const old = keep ? this.keys : [];
    this.#useKeys([...generateKeys(), ...old]);
  }

  #useKeys(keys) {
    this.keys = keys;
    this.provider = new Provider(this.issuer, createConfiguration(this));
    this.provider.on('server_error', (_ctx, error) => console.error(error));
    this.provider.on('grant.success', (ctx) => this.count(`grant ${ctx.oidc.params.grant_type}`));
    this.decisions.attach(this.provider);
    registerGrants(this);
    this.callback = this.provider.callback();
  }

  // The keys as anybody may see them.
  publicKeys() {
    const secret = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi']);
    return this.keys.map((key) => Object.fromEntries(Object.entries(key).filter(([name]) => !secret.has(name))));
  }

  // The DPoP nonce that the API asks for at one origin.
  apiNonce(origin) {
    if (!this.apiNonces.has(origin)) this.apiNonces.set(origin, newNonce());
    return this.apiNonces.get(origin);
  }

  count(what) {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  handle(req, res) {
    const { pathname } = new URL(req.url, this.issuer);
    if (!pathname.startsWith('/admin/')) this.count(`${req.method} ${pathname}`);
    const respond = this.#route(pathname);
    Promise.resolve(respond(req, res)).catch((error) => {
      console.error(error);
      if (!res.headersSent) res.writeHead(500, { 'content-type': 'text/plain' });
      res.end('the test server failed; see its log');
    });
  }

  #route(pathname) {
    if (pathname.startsWith('/admin/')) return this.admin;
    if (pathname === '/api' || pathname.startsWith('/api/')) return this.api;
    if (pathname.startsWith('/interaction/')) return (req, res) => approve(this.provider, req, res);
    return this.callback;
  }

  // The second origin: the API and nothing else.
  handleApi(req, res) {
    this.api(req, res).catch((error) => {
      console.error(error);
      res.writeHead(500).end();
    });
  }
}
