// The features of oidc-provider that are on, and the little each one asks of its operator.
import { errors } from 'oidc-provider';

import { certificateMatches, clientCertificate } from './tls.mjs';

const on = { enabled: true };

export function createFeatures(authority) {
  const { settings } = authority;
  return {
    devInteractions: { enabled: false },
    backchannelLogout: on,
    ciba: {
      enabled: true,
      deliveryModes: ['poll', 'ping'],
      processLoginHint: (_ctx, hint) => hint,
      processLoginHintToken: (_ctx, token) => token,
      validateBindingMessage: () => {},
      validateRequestContext: () => {},
      verifyUserCode: () => {},
      triggerAuthenticationDevice: () => {}, // decisions.mjs decides
    },
    claimsParameter: on,
    clientCredentials: on,
    deviceFlow: { enabled: true, charset: 'base-20', mask: '****-****' },
    dPoP: {
      enabled: true,
      nonceSecret: authority.nonceSecret,
      requireNonce: () => settings.dpop_nonce_required,
    },
    encryption: on,
    introspection: on,
    jwtIntrospection: on,
    jwtResponseModes: on,
    jwtUserinfo: on,
    mTLS: {
      enabled: settings.tls !== null,
      certificateBoundAccessTokens: true,
      tlsClientAuth: true,
      selfSignedTlsClientAuth: true,
      getCertificate: (ctx) => clientCertificate(ctx.req)?.toString(),
      certificateAuthorized: (ctx) => ctx.req.socket.authorized === true,
      certificateSubjectMatches: (ctx, property, expected) => (
        certificateMatches(clientCertificate(ctx.req), property, expected)
      ),
    },
    pushedAuthorizationRequests: on, // a client asks for it to be required by its own metadata
    registration: { enabled: true, initialAccessToken: false },
    registrationManagement: { enabled: true, rotateRegistrationAccessToken: true },
    requestObjects: on,
    resourceIndicators: {
      enabled: true,
      // Authorization details need a resource; a request that names none gets this one.
      defaultResource: (ctx, _client, oneOf) => {
        if (oneOf) return oneOf;
        return ctx.oidc.params?.authorization_details ? `${authority.issuer}/api` : undefined;
      },
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, resource) => resourceServer(authority, resource),
    },
    revocation: on,
    richAuthorizationRequests: {
      enabled: true,
      types: { payment_initiation: { validate: validatePayment }, account_information: { validate: () => {} } },
      authorizationDetailsForGrantSource: (ctx, source) => granted(ctx) ?? source.rar,
      authorizationDetailsForAccessToken: (ctx, _token, source) => source?.rar ?? granted(ctx),
      authorizationDetailsForIntrospection: (_ctx, token) => token.rar,
    },
    rpInitiatedLogout: {
      enabled: true,
      // The page asks whether to log out; the test's browser presses "yes".
      logoutSource: (ctx, form) => {
        ctx.body = `<!DOCTYPE html><title>Logout</title>${form}
          <button type="submit" form="op.logoutForm" value="yes" name="logout">Yes</button>`;
      },
    },
    userinfo: on,
  };
}

// Resources: any path under /resource of this server. One that ends in "jwt" gets structured tokens (RFC 9068).
function resourceServer({ issuer, addresses, settings }, resource) {
  const known = [`${issuer}/api`, `${issuer}/resource/`, addresses.other_api];
  if (!known.some((each) => resource.startsWith(each))) {
    throw new errors.InvalidTarget(`unknown resource: ${resource}`);
  }
  return {
    scope: 'api read write',
    audience: resource,
    accessTokenTTL: settings.access_token_ttl,
    accessTokenFormat: resource.endsWith('jwt') ? 'jwt' : 'opaque',
    jwt: { sign: { alg: 'ES256' } },
  };
}

function validatePayment(_ctx, detail) {
  if (typeof detail.instructedAmount?.amount !== 'string') {
    throw new errors.InvalidAuthorizationDetails('payment_initiation needs instructedAmount.amount as a string');
  }
}

function granted(ctx) {
  const text = ctx.oidc.params?.authorization_details;
  return text === undefined ? undefined : JSON.parse(text);
}
