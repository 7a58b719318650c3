// An independent verifier of OAuth 1.0 signatures: base string and key come from the npm package `oauth-1.0a`,
// HMAC and RSA from Node. Every path is a protected resource that answers what it saw, or 401 with what it expected.
//
//   node oauth1.mjs --port 0 --config '{"client_key": ..., "client_secret": ..., "public_key": ..., "tokens": {...}}'
//
// Parsing the request is done here, because the package loses parameters that stand in query and body at once.
import { createHash, createHmac, timingSafeEqual, verify } from 'node:crypto';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

import OAuth from 'oauth-1.0a';

import { readBody, sendJson } from './oidc/http.mjs';

const WINDOW = 300; // seconds
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    config: { type: 'string' },
    'watch-stdin': { type: 'boolean', default: false },
  },
});
const config = JSON.parse(values.config);
const used = new Set();

class Refusal extends Error {}

const fromForm = (text) => [...new URLSearchParams(text)];
const isForm = (req) => (req.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');

function fromHeader(header) {
  if (!header?.startsWith('OAuth ')) return [];
  return header.slice('OAuth '.length).split(',').map((part) => {
    const [, name, value] = /^\s*([^=]+)="([^"]*)"\s*$/.exec(part) ?? [];
    if (name === undefined) throw new Refusal(`not a parameter: ${part}`);
    return [decodeURIComponent(name), decodeURIComponent(value)];
  });
}

// Protocol parameters and where they stood; they must all stand in one place (RFC 5849 §3.5).
function protocolParameters(places) {
  const holding = Object.entries(places).filter(([, pairs]) => pairs.some(([name]) => name.startsWith('oauth_')));
  if (holding.length !== 1) throw new Refusal(`protocol parameters in ${holding.length} places`);
  const [[placement, pairs]] = holding;
  const own = pairs.filter(([name]) => name.startsWith('oauth_'));
  const found = Object.fromEntries(own);
  if (Object.keys(found).length !== own.length) throw new Refusal('a protocol parameter is repeated');
  return { placement, oauth: found };
}

// The package takes an object; a name that repeats becomes a list.
function asObject(pairs) {
  const result = {};
  for (const [name, value] of pairs) {
    if (name in result) result[name] = [result[name], value].flat();
    else result[name] = value;
  }
  return result;
}

function checkSignature(method, given, base, key) {
  const [family, hash] = method.split('-');
  if (family === 'RSA') {
    return verify(hash.replace('SHA', 'RSA-SHA'), Buffer.from(base), config.public_key, Buffer.from(given, 'base64'));
  }
  const expected = family === 'PLAINTEXT' ? key : createHmac(hash.toLowerCase(), key).update(base).digest('base64');
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function checkBodyHash(oauth, body) {
  if (oauth.oauth_body_hash === undefined) return;
  const hash = oauth.oauth_signature_method.split('-')[1]?.toLowerCase() ?? 'sha1';
  if (createHash(hash).update(body).digest('base64') !== oauth.oauth_body_hash) throw new Refusal('wrong body hash');
}

function checkOnce(oauth) {
  if (Math.abs(Date.now() / 1000 - Number(oauth.oauth_timestamp)) > WINDOW) throw new Refusal('timestamp too far away');
  const use = [oauth.oauth_timestamp, oauth.oauth_nonce, oauth.oauth_token].join(' ');
  if (used.has(use)) throw new Refusal('nonce was used before');
  used.add(use);
}

function checkRequest(req, body) {
  const [path, query = ''] = req.url.split('?', 2);
  const places = {
    header: fromHeader(req.headers.authorization),
    query: fromForm(query),
    body: isForm(req) ? fromForm(body.toString()) : [],
  };
  const { placement, oauth } = protocolParameters(places);
  if (oauth.oauth_consumer_key !== config.client_key) throw new Refusal('unknown client');
  if (oauth.oauth_token !== undefined && !Object.hasOwn(config.tokens, oauth.oauth_token)) {
    throw new Refusal('unknown token');
  }
  const signed = [...places.header.filter(([name]) => name !== 'realm'), ...places.query, ...places.body]
    .filter(([name]) => name !== 'oauth_signature');
  const signer = new OAuth({
    consumer: { key: config.client_key, secret: config.client_secret },
    hash_function: () => '',
  });
  const url = `http://${req.headers.host.toLowerCase()}${path}`;
  const base = signer.getBaseString({ method: req.method, url, data: asObject(signed) }, {});
  const key = signer.getSigningKey(config.tokens[oauth.oauth_token]);
  if (!checkSignature(oauth.oauth_signature_method, oauth.oauth_signature, base, key)) {
    throw new Refusal(`wrong signature; expected for the base string ${base}`);
  }
  checkBodyHash(oauth, body);
  checkOnce(oauth);
  return { placement, oauth };
}

const server = createServer(async (req, res) => {
  const body = await readBody(req);
  try {
    const { placement, oauth } = checkRequest(req, body);
    sendJson(res, 200, {
      method: req.method,
      path: req.url.split('?')[0],
      headers: req.headers,
      body: body.toString('utf8'),
      length: body.length,
      placement,
      client_key: oauth.oauth_consumer_key,
      token: oauth.oauth_token,
      signature_method: oauth.oauth_signature_method,
    });
  } catch (error) {
    if (!(error instanceof Refusal)) console.error(error);
    const status = error instanceof Refusal ? 401 : 500;
    sendJson(res, status, { error: error.message }, { 'www-authenticate': 'OAuth realm="verifier"' });
  }
});

function stop() {
  server.close();
  server.closeAllConnections();
  process.exit(0);
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
if (values['watch-stdin']) {
  process.stdin.resume();
  process.stdin.on('end', stop);
  process.stdin.on('error', stop);
}
server.listen(Number(values.port), '127.0.0.1', () => {
  console.log(`READY ${JSON.stringify({ api: `http://127.0.0.1:${server.address().port}/api` })}`);
});
