// A real OpenID Connect provider for tests: the package `oidc-provider` with its own login and consent pages.
//
//   node server.js <folder>
//
// reads <folder>/settings.json `{clients: [{client_id, client_secret, redirect_uris}], id_token_claims: boolean}` once,
// and <folder>/accounts.json `{<login>: {<claim>: <value>}}` at every sign-in; any password is right. It listens on a free
// port of 127.0.0.1 and then writes its issuer to <folder>/issuer.

import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { argv } from 'node:process'

import Provider from 'oidc-provider'

const folder = argv[2]
const read = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8'))

const settings = read('settings.json')
// As text: exporting a key object that was just made hangs Node.js 20 once in fifty times, when its garbage is collected
// meanwhile.
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const signingKey = createPrivateKey(privateKey).export({ format: 'jwk' })

// A redirect URI on this machine without a port stands for every port (RFC 8252, section 7.3), as for an app that is
// installed: so the system that is led back to may choose its port later.
const forAnyPort = (uri) => uri.startsWith('http:') && new URL(uri).port === ''
const clients = settings.clients.map((client) =>
  client.redirect_uris.every(forAnyPort) ? { ...client, application_type: 'native' } : client,
)

const configuration = {
  clients,
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
  // By the book an ID token of the code flow tells who, and UserInfo the rest; some providers tell all in the ID token.
  conformIdTokenClaims: !settings.id_token_claims,
  cookies: { keys: [randomBytes(32).toString('hex')] },
  features: { devInteractions: { enabled: true } },
  findAccount: (_context, sub) => {
    const claims = read('accounts.json')[sub]
    return claims && { accountId: sub, claims: () => ({ sub, ...claims }) }
  },
  jwks: { keys: [{ ...signingKey, alg: 'RS256', kid: 'test', use: 'sig' }] },
  pkce: { required: () => true },
}

const server = createServer()
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`
  const provider = new Provider(issuer, configuration)
  server.on('request', provider.callback())
  writeFileSync(join(folder, 'issuer.new'), issuer)
  renameSync(join(folder, 'issuer.new'), join(folder, 'issuer'))
})
