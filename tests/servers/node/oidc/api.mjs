// A protected resource: /api/... asks for a token and answers what it saw. Refusals carry the challenges of
// RFC 6750 §3 and RFC 9449 §7.1; a request without a token is answered with both challenges in one header.
import { readBody, sendJson } from './http.mjs';

const CORRUPT = 'the access token is expired, revoked or unknown';

function readToken(req, url, body) {
  const header = req.headers.authorization;
  if (header !== undefined) {
    const [scheme, token] = header.split(' ');
    return { scheme: scheme.toLowerCase(), token };
  }
  if ((req.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) {
    const token = new URLSearchParams(body.toString()).get('access_token');
    if (token) return { scheme: 'bearer', token, placement: 'body' };
  }
  const token = url.searchParams.get('access_token');
  return token ? { scheme: 'bearer', token, placement: 'query' } : null;
}

export function createApi(authority) {
  return async (req, res) => {
    const { provider } = authority;
    const origin = `${req.socket.encrypted ? 'https' : 'http'}://${req.headers.host}`;
    const url = new URL(req.url, origin);
    const body = await readBody(req);
    const refuse = (status, challenge, error) => {
      sendJson(res, status, { error }, { 'www-authenticate': challenge });
    };

    const presented = readToken(req, url, body);
    if (!presented) return refuse(401, 'Bearer realm="api", DPoP algs="ES256 Ed25519 EdDSA"', 'no token');

    const token = await provider.AccessToken.find(presented.token)
      ?? await provider.ClientCredentials.find(presented.token);
    if (!token) {
      return refuse(401, `Bearer realm="api", error="invalid_token", error_description="${CORRUPT}"`, 'invalid_token');
    }
    const needed = url.searchParams.get('need_scope');
    if (needed && !token.scopes.has(needed)) {
      return refuse(403, `Bearer realm="api", error="insufficient_scope", scope="${needed}"`, 'insufficient_scope');
    }
    return sendJson(res, 200, {
      method: req.method,
      path: url.pathname,
      query: [...url.searchParams],
      headers: req.headers,
      body: body.toString('utf8'),
      length: body.length,
      sub: token.accountId,
      client_id: token.clientId,
      scope: token.scope,
      scheme: presented.scheme,
      placement: presented.placement ?? 'header',
    });
  };
}
