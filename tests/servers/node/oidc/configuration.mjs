// The configuration of oidc-provider: everything on that a client could want to try.
import { createFeatures } from './features.mjs';

// Scopes without a resource indicator; those of a resource server stand in resources.mjs.
const SCOPES = ['openid', 'offline_access', 'api', 'read', 'write'];

const AUTH_METHODS = [
  'client_secret_basic', 'client_secret_post', 'none', 'client_secret_jwt', 'private_key_jwt',
];
const TLS_AUTH_METHODS = ['tls_client_auth', 'self_signed_tls_client_auth'];

const HMAC = ['HS256', 'HS384', 'HS512'];
const SIGNING = [
  'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'Ed25519', 'EdDSA',
];

export function createConfiguration(authority) {
  const { settings } = authority;
  return {
    adapter: (model) => authority.store.adapter(model),
    jwks: { keys: authority.keys },
    cookies: { keys: [authority.cookieKey] },
    clockTolerance: 0, // a token that lives 2 s dies after 2 s
    scopes: SCOPES,
    claims: { openid: ['sub'], profile: ['name', 'family_name'], email: ['email', 'email_verified'] },
    responseTypes: ['code', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token', 'none'],
    clientAuthMethods: [...AUTH_METHODS, ...(settings.tls ? TLS_AUTH_METHODS : [])],
    enabledJWA: {
      clientAuthSigningAlgValues: [...HMAC, ...SIGNING],
      requestObjectSigningAlgValues: [...HMAC, ...SIGNING],
      idTokenSigningAlgValues: [...HMAC, ...SIGNING],
      userinfoSigningAlgValues: [...HMAC, ...SIGNING],
      introspectionSigningAlgValues: [...HMAC, ...SIGNING],
      authorizationSigningAlgValues: [...HMAC, ...SIGNING],
      dPoPSigningAlgValues: SIGNING,
    },
    discovery: authority.addresses.mtls ? { mtls_endpoint_aliases: mtlsAliases(authority) } : {},
    pkce: { required: () => true },
    ttl: {
      AccessToken: () => settings.access_token_ttl,
      ClientCredentials: () => settings.access_token_ttl,
      RefreshToken: () => settings.refresh_token_ttl,
      IdToken: () => settings.id_token_ttl,
      AuthorizationCode: 60,
      DeviceCode: () => settings.device_code_ttl,
      BackchannelAuthenticationRequest: () => settings.device_code_ttl,
      Grant: 86400,
      Interaction: 600,
      Session: 86400,
    },
    findAccount,
    // Every client that may refresh gets a refresh token, which does not end with the browser session.
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: () => false,
    rotateRefreshToken: true,
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    features: createFeatures(authority),
    fetch: fetchFromLoopback,
    // A browser would see a page; a test reads the same facts as JSON.
    renderError: (ctx, out) => {
      ctx.type = 'json';
      ctx.body = out;
    },
  };
}

// The provider refuses to call private addresses; here it may call those and no others (CIBA pings, logout, keys).
// Where it insists on https in what a client registers, loopback is called by plain http all the same.
function fetchFromLoopback(url, { dispatcher, ...options }) {
  const address = new URL(url);
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(address.hostname)) throw new Error(`not on loopback: ${url}`);
  address.protocol = 'http:';
  return fetch(address, options);
}

function findAccount(_ctx, sub) {
  if (sub === 'nobody') return undefined;
  return {
    accountId: sub,
    claims: () => ({
      sub, name: `${sub} Example`, family_name: 'Example', email: `${sub}@example.com`, email_verified: true,
    }),
  };
}

// The same endpoints at the listener that asks for a certificate (RFC 8705 §5).
function mtlsAliases({ addresses: { mtls } }) {
  return {
    token_endpoint: `${mtls}/token`,
    revocation_endpoint: `${mtls}/token/revocation`,
    introspection_endpoint: `${mtls}/token/introspection`,
    userinfo_endpoint: `${mtls}/me`,
    device_authorization_endpoint: `${mtls}/device/auth`,
    pushed_authorization_request_endpoint: `${mtls}/request`,
    backchannel_authentication_endpoint: `${mtls}/backchannel`,
  };
}
