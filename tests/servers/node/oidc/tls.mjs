// Mutual TLS: the listener asks every client for a certificate and lets the provider judge it.
import { createHash, X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';

export function createTlsServer({ key, cert, ca }, handler) {
  // A certificate that no authority signed must get through the handshake: self-signed ones are registered by value.
  return createServer({ key, cert, ca, requestCert: true, rejectUnauthorized: false }, handler);
}

export function clientCertificate(req) {
  const raw = req.socket.encrypted ? req.socket.getPeerCertificate().raw : undefined;
  return raw ? new X509Certificate(raw) : undefined;
}

// Whether the certificate names what the client registered (RFC 8705 §2.1.2).
export function certificateMatches(certificate, property, expected) {
  switch (property) {
    case 'tls_client_auth_subject_dn':
      // Node prints one attribute a line, in the order of the certificate; registered as "CN=...,O=...".
      return certificate.subject.split('\n').join(',') === expected;
    case 'tls_client_auth_san_dns':
      return certificate.checkHost(expected) !== undefined;
    case 'tls_client_auth_san_ip':
      return certificate.checkIP(expected) !== undefined;
    case 'tls_client_auth_san_email':
      return certificate.checkEmail(expected) !== undefined;
    case 'tls_client_auth_san_uri':
      return (certificate.subjectAltName ?? '').split(', ').includes(`URI:${expected}`);
    default:
      return false;
  }
}

// The thumbprint to which tokens are bound (RFC 8705 §3.1).
export function clientThumbprint(req) {
  const certificate = clientCertificate(req);
  return certificate && createHash('sha256').update(certificate.raw).digest('base64url');
}
