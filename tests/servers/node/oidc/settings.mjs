// What a test may set when it starts the server; an unknown name is an error, not a silent default.
const defaults = {
  access_token_ttl: 600, // seconds
  refresh_token_ttl: 3600, // seconds
  id_token_ttl: 600, // seconds
  poll_interval: 1, // seconds, announced to device and CIBA clients; null announces none
  dpop_nonce_required: false, // at the token and userinfo endpoints
  api_dpop_nonce_required: false, // at /api
  users: { alice: 'wonderland', bob: 'builder' }, // name -> password
  clients: [], // client metadata as RFC 7591 spells it
  issuers: [], // trusted issuers of assertions: { issuer, jwks }
  tls: null, // { key, cert, ca } in PEM: starts the listener for mutual TLS
  device_code_ttl: 600, // seconds; CIBA requests too
};

// These may be changed while the server runs, through /admin/settings.
const changeable = new Set([
  'access_token_ttl', 'refresh_token_ttl', 'id_token_ttl', 'device_code_ttl',
  'poll_interval', 'dpop_nonce_required', 'api_dpop_nonce_required',
]);

export function readSettings(given) {
  const settings = structuredClone(defaults);
  for (const [name, value] of Object.entries(given)) {
    if (!(name in defaults)) throw new Error(`unknown setting: ${name}`);
    settings[name] = value;
  }
  return settings;
}

export function changeSettings(settings, changes) {
  const before = {};
  for (const [name, value] of Object.entries(changes)) {
    if (!changeable.has(name)) throw new Error(`this setting cannot be changed while the server runs: ${name}`);
    before[name] = settings[name];
    settings[name] = value;
  }
  return before;
}
