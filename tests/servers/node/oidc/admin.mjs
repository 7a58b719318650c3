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

  add_client: (authority, metadata) => { authority.addClient(metadata); },
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
