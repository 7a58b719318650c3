// The server's signing and encryption keys: one of each family that clients may ask for.
import { generateKeyPairSync, randomBytes } from 'node:crypto';

const jwk = (type, options, extra) => {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), kid: randomBytes(6).toString('hex'), ...extra };
};

export function generateKeys() {
  return [
    jwk('rsa', { modulusLength: 2048 }, { use: 'sig' }),
    jwk('ec', { namedCurve: 'P-256' }, { use: 'sig' }),
    jwk('ed25519', {}, { use: 'sig' }),
    jwk('ec', { namedCurve: 'P-256' }, { use: 'enc' }),
    jwk('rsa', { modulusLength: 2048 }, { use: 'enc' }),
  ];
}
