// A protected resource: /api/... asks for a token and answers what it saw. Refusals carry the challenges of
// RFC 6750 §3 and RFC 9449 §7.1; a request without a token is answered with both challenges in one header.
// `?need_scope=x` asks for a scope.
import { findToken } from './api_tokens.mjs';
import { checkProof, ProofError } from './dpop.mjs';
import { readBody, sendJson } from './http.mjs';
import { clientThumbprint } from './tls.mjs';

const UNKNOWN = 'the access token is expired, revoked or unknown';
const DPOP = 'DPoP algs="ES256 Ed25519 EdDSA RS256 PS256"';

class Refusal extends Error {
  constructor(status, error, challenge) {
    super(error);
    Object.assign(this, { status, challenge });
  }
}

function readToken(req, url, body) {
  const header = req.headers.authorization;
  if (header !== undefined) {
    const [scheme, token] = header.split(' ');
    return { scheme: scheme.toLowerCase(), token, placement: 'header' };
  }
  if ((req.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) {
    const token = new URLSearchParams(body.toString()).get('access_token');
    if (token) return { scheme: 'bearer', token, placement: 'body' };
  }
  const token = url.searchParams.get('access_token');
  if (token) return { scheme: 'bearer', token, placement: 'query' };
  throw new Refusal(401, 'no token', `Bearer realm="api", ${DPOP}`);
}

const invalidToken = (scheme, why) => {
  const name = scheme === 'dpop' ? 'DPoP' : 'Bearer';
  const challenge = `${name} realm="api", error="invalid_token", error_description="${why}"`;
  return new Refusal(401, 'invalid_token', challenge);
};

// A bound token needs its key (RFC 9449 §7.1) or its certificate (RFC 8705 §3).
async function checkBinding(authority, req, url, presented, token) {
  if (token.jkt || presented.scheme === 'dpop') {
    if (presented.scheme !== 'dpop') throw invalidToken('dpop', 'the token is bound to a key: use DPoP');
    if (!token.jkt) throw invalidToken('dpop', 'the token is not bound to a key: use Bearer');
    try {
      await checkProof(authority, req, url, presented.token, token.jkt);
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
      throw new Refusal(401, error.code, `DPoP error="${error.code}", error_description="${error.message}"`);
    }
  }
  if (token.x5t && token.x5t !== clientThumbprint(req)) {
    throw invalidToken('bearer', 'the token is bound to another certificate');
  }
}

export function createApi(authority) {
  return async (req, res) => {
    const origin = `${req.socket.encrypted ? 'https' : 'http'}://${req.headers.host}`;
    const url = new URL(req.url, origin);
    const body = await readBody(req);
    const headers = {};
    if (authority.settings.api_dpop_nonce_required) headers['dpop-nonce'] = authority.apiNonce(origin);
    try {
      const presented = readToken(req, url, body);
      const token = await findToken(authority, presented.token);
      if (!token) throw invalidToken(presented.scheme, UNKNOWN);
      await checkBinding(authority, req, url, presented, token);
      const needed = url.searchParams.get('need_scope');
      if (needed && !(token.scope ?? '').split(' ').includes(needed)) {
        const challenge = `Bearer realm="api", error="insufficient_scope", scope="${needed}"`;
        throw new Refusal(403, 'insufficient_scope', challenge);
      }
      sendJson(res, 200, {
        method: req.method,
        path: url.pathname,
        query: [...url.searchParams],
        headers: req.headers,
        body: body.toString('utf8'),
        length: body.length,
        scheme: presented.scheme,
        placement: presented.placement,
        sub: token.sub,
        client_id: token.clientId,
        scope: token.scope,
        aud: token.aud,
        jkt: token.jkt,
        authorization_details: token.rar,
      }, headers);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      sendJson(res, error.status, { error: error.message }, { ...headers, 'www-authenticate': error.challenge });
    }
  };
}
