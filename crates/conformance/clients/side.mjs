// One provider, and how each raw request to it begins before a check spoils it.
import { createHash, randomUUID } from 'node:crypto'
import * as jose from 'jose'
import { clientKey, service } from './stage.mjs'

export const VERIFIER = 'v'.repeat(64)
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')
export const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
export const { key, kid } = await clientKey('fapi-dpop')
export const other = await clientKey('fapi-dpop-two')
export const now = () => Math.floor(Date.now() / 1000)

export async function discover(base) {
  const answer = await fetch(`${base}/.well-known/openid-configuration`)
  return answer.json()
}

export async function holder() {
  const { publicKey, privateKey } = await jose.generateKeyPair('ES256', { extractable: true })
  return { privateKey, jwk: await jose.exportJWK(publicKey), secret: await jose.exportJWK(privateKey) }
}

export class Side {
  constructor(server, walk) {
    this.server = server
    this.walk = walk
  }

  async assertion(changes = {}, { signer = key, header = {} } = {}) {
    const claims = { iss: 'fapi-dpop', sub: 'fapi-dpop', aud: this.server.issuer, iat: now(), exp: now() + 60, jti: randomUUID(), ...changes }
    return new jose.SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid, ...header }).sign(signer)
  }

  async proof(at, { claims = {}, header = {}, by, access } = {}) {
    const who = by ?? (this.holder ??= await holder())
    const ath = access && createHash('sha256').update(access).digest('base64url')
    const all = { htm: 'POST', htu: this.server[at], iat: now(), jti: randomUUID(), ...(ath ? { ath } : {}), ...claims }
    return new jose.SignJWT(all).setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: who.jwk, ...header }).sign(who.privateKey)
  }

  async form(parameters, authentication) {
    const own = authentication ?? { client_assertion_type: ASSERTION, client_assertion: await this.assertion() }
    const all = Object.entries({ ...parameters, ...own }).filter(([, value]) => value !== undefined)
    return new URLSearchParams(all)
  }

  async post(at, body, headers = {}) {
    const answer = await fetch(this.server[at], { method: 'POST', body, headers })
    return said(answer)
  }

  async push(changes = {}, authentication, headers) {
    const asked = {
      client_id: 'fapi-dpop', redirect_uri: service('fapi-dpop').redirect_uri, response_type: 'code', scope: 'openid',
      code_challenge: CHALLENGE, code_challenge_method: 'S256', ...changes,
    }
    return this.post('pushed_authorization_request_endpoint', await this.form(asked, authentication), headers)
  }

  async token(parameters, { authentication, proof, headers = {} } = {}) {
    const dpop = proof === undefined ? { dpop: await this.proof('token_endpoint') } : proof ? { dpop: proof } : {}
    return this.post('token_endpoint', await this.form(parameters, authentication), { ...dpop, ...headers })
  }

  // The address that a resident is sent to with a pushed request; `outside` are parameters beside it.
  async sent(changes = {}, headers, outside = {}) {
    const pushed = await this.push(changes, undefined, headers)
    if (pushed.status !== 201) throw new Error(`${this.server.issuer}: ${JSON.stringify(pushed)}`)
    const address = new URL(this.server.authorization_endpoint)
    const all = { client_id: 'fapi-dpop', request_uri: pushed.body.request_uri, ...outside }
    for (const [name, value] of Object.entries(all)) address.searchParams.set(name, value)
    return address
  }

  async back(changes, headers, outside) {
    return this.walk(await this.sent(changes, headers, outside))
  }

  async code(changes, headers, outside) {
    const code = (await this.back(changes, headers, outside)).searchParams.get('code')
    return { grant_type: 'authorization_code', code, redirect_uri: service('fapi-dpop').redirect_uri, code_verifier: VERIFIER }
  }

  async tokens(changes) {
    const got = await this.token(await this.code(changes))
    if (got.status !== 200) throw new Error(`${this.server.issuer}: ${JSON.stringify(got)}`)
    return got.body
  }

  async user(headers) {
    return said(await fetch(this.server.userinfo_endpoint, { headers }))
  }
}

export async function said(answer) {
  const text = await answer.text()
  let body = {}
  try {
    body = JSON.parse(text)
  } catch {}
  const challenge = /error="(\w+)"/.exec(answer.headers.get('www-authenticate') ?? '')
  return { status: answer.status, error: body.error ?? challenge?.[1], body }
}

export const assertion = (side, changes, options) =>
  side.assertion(changes, options).then((token) => ({ client_assertion_type: ASSERTION, client_assertion: token }))
export const ofTheOther = (side) =>
  assertion(side, { iss: 'fapi-dpop-two', sub: 'fapi-dpop-two' }, { signer: other.key, header: { alg: 'EdDSA' } })
export const basic = (id, secret) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` })
