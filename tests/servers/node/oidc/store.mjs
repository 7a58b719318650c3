// Storage of the provider, in memory and without a size limit (the provider's own forgets after 1000 entries).
// It outlives a provider: rotating keys makes a new provider over the same store. Times are the server's clock.
const INDEXES = ['uid', 'userCode'];

export class Store {
  #entries = new Map(); // "Model:id" -> { payload, expires }

  // What oidc-provider asks of an adapter, for one model.
  adapter(model) {
    const key = (id) => `${model}:${id}`;
    const findBy = (name, value) => {
      for (const [each, entry] of this.#entries) {
        if (each.startsWith(`${model}:`) && entry.payload[name] === value && !this.#expired(each, entry)) {
          return entry.payload;
        }
      }
      return undefined;
    };
    return {
      find: async (id) => this.get(model, id),
      findByUid: async (uid) => findBy(INDEXES[0], uid),
      findByUserCode: async (userCode) => findBy(INDEXES[1], userCode),
      upsert: async (id, payload, expiresIn) => {
        const expires = typeof expiresIn === 'number' ? Date.now() + expiresIn * 1000 : Infinity;
        this.#entries.set(key(id), { payload, expires });
      },
      consume: async (id) => {
        this.#entries.get(key(id)).payload.consumed = Math.floor(Date.now() / 1000);
      },
      destroy: async (id) => { this.#entries.delete(key(id)); },
      revokeByGrantId: async (grantId) => {
        for (const [each, { payload }] of this.#entries) {
          if (payload.grantId === grantId) this.#entries.delete(each);
        }
      },
    };
  }

  get(model, id) {
    const entry = this.#entries.get(`${model}:${id}`);
    return entry && !this.#expired(`${model}:${id}`, entry) ? entry.payload : undefined;
  }

  put(model, id, payload) {
    this.#entries.set(`${model}:${id}`, { payload, expires: Infinity });
  }

  // Make one stored thing count as expired from now on; true if it was there.
  expire(models, id) {
    let found = false;
    for (const model of models) {
      const entry = this.#entries.get(`${model}:${id}`);
      if (entry) {
        entry.payload = { ...entry.payload, exp: Math.floor(Date.now() / 1000) - 1 };
        found = true;
      }
    }
    return found;
  }

  remove(models, id) {
    return models.map((model) => this.#entries.delete(`${model}:${id}`)).some(Boolean);
  }

  #expired(key, entry) {
    if (entry.expires > Date.now()) return false;
    this.#entries.delete(key);
    return true;
  }
}
