// What a test may do to the running server, each a POST with a JSON body to /admin/<name>. Answers are JSON.
import { readBody, sendJson } from './http.mjs';
import { changeSettings } from './settings.mjs';

const TOKENS = ['AccessToken', 'ClientCredentials', 'RefreshToken'];

const actions = {
  // Change settings; answers their former values, so that a test can put them back.
  settings: (authority, changes) => changeSettings(authority.settings, changes),

  // Let a token (access or refresh) expire now, or forget it as if it had never been.
  expire_token: (authority, { token }) => ({ found: authority.store.expire(TOKENS, token) }),
  forget_token: (authority, { token }) => ({ found: authority.store.remove(TOKENS, token) }),

  // What the user with the second device decides: about one pending request ({ user_code } or { auth_req_id }),
  // or about all to come, at the poll after `after_polls` of them were answered as pending.
  decide: (authority, { kind, decision, after_polls: afterPolls, ...which }) => (
    Object.keys(which).length > 0
      ? authority.decisions.decide(kind, which, decision)
      : authority.decisions.stand(kind, decision, afterPolls)
  ),
  // Answer the next `times` pending polls with slow_down.
  slow_down: (authority, { times }) => { authority.decisions.slowDowns = times; },

  // Ask for another DPoP nonce at the API, at every origin of it.
  new_api_nonce: (authority) => { authority.apiNonces.clear(); },

  // How often each path was asked for and each grant succeeded, since the last reset.
  counts: (authority) => authority.counts,
  reset_counts: (authority) => { authority.counts = {}; },

  add_client: (authority, metadata) => { authority.addClient(metadata); },
  trust_issuer: (authority, issuer) => { authority.settings.issuers.push(issuer); },
  rotate_keys: (authority, options) => { authority.rotateKeys(options); },
};

export function createAdmin(authority) {
  return async (req, res) => {
    const name = new URL(req.url, authority.issuer).pathname.slice('/admin/'.length);
    if (req.method !== 'POST' || !Object.hasOwn(actions, name)) {
      return sendJson(res, 404, { error: `no such admin action: ${req.method} ${name}` });
    }
    try {
      const text = (await readBody(req)).toString() || '{}';
      return sendJson(res, 200, (await actions[name](authority, JSON.parse(text))) ?? {});
    } catch (error) {
      return sendJson(res, 400, { error: String(error.message) });
    }
  };
}
