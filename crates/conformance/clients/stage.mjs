// What every script here needs: who it is, and the part of the resident, which has no client.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import * as jose from 'jose'

export const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'))
export const issuer = new URL(settings.issuer)

export const service = (id) => settings.services[id]
export const clientKey = async (id) => {
  const { key, kid, alg } = service(id)
  return { key: await jose.importPKCS8(key, alg), kid }
}

// Each check says its name when it holds. The test knows all the names, so a script that stops early is noticed.
export async function check(name, act) {
  try {
    await act()
  } catch (error) {
    console.error(`failed: ${name}`)
    console.error(error)
    process.exit(1)
  }
  console.log(`holds: ${name}`)
}

// Sends a resident to an address of the provider and answers the question, if one is asked. Where it ends is returned.
export async function resident(address, { number = 1, answer = 'allow', jar = {} } = {}) {
  const headers = () => (jar.cookie ? { cookie: jar.cookie } : {})
  const shown = await fetch(address, { redirect: 'manual', headers: headers() })
  if (shown.status === 303) return { url: new URL(shown.headers.get('location')), asked: false }
  const page = await shown.text()
  assert.equal(shown.status, 200, page)
  const fields = Object.fromEntries([...page.matchAll(/name=(\w+) value="([^"]*)"/g)].map(([, name, value]) => [name, value]))
  const body = new URLSearchParams({ ...fields, resident: String(number), answer })
  const answered = await fetch(new URL('/script/answer', issuer), { method: 'POST', body, redirect: 'manual', headers: headers() })
  assert.equal(answered.status, 303, await answered.text())
  jar.cookie = answered.headers.get('set-cookie')?.split(';')[0] ?? jar.cookie
  return { url: new URL(answered.headers.get('location')), asked: true }
}

// As fetch, but over a connection that shows the client's certificate.
export function fetchWithCertificate(address, { method = 'GET', headers = {}, body } = {}) {
  const tls = { cert: readFileSync(settings.certificate), key: readFileSync(settings.certificate_key), ca: readFileSync(settings.authority) }
  return new Promise((resolve, reject) => {
    const plain = Object.fromEntries(new Headers(headers))
    const sent = request(address, { method, headers: plain, ...tls }, (answer) => {
      const parts = []
      answer.on('data', (part) => parts.push(part))
      answer.on('end', () => {
        const pairs = Object.entries(answer.headers).flatMap(([name, value]) => [value].flat().map((one) => [name, one]))
        resolve(new Response(Buffer.concat(parts), { status: answer.statusCode, headers: pairs }))
      })
    })
    sent.on('error', reject)
    sent.end(body ? String(body) : undefined)
  })
}

// Our own word for what a token must be, by a library that is not the client under test.
export async function verifyIdToken(token, audience, algorithms) {
  const keys = jose.createRemoteJWKSet(new URL('/oidc/keys', issuer))
  const { payload, protectedHeader } = await jose.jwtVerify(token, keys, { issuer: issuer.href.replace(/\/$/, ''), audience, algorithms, maxTokenAge: 300, requiredClaims: ['sub', 'auth_time', 'acr', 'at_hash'] })
  assert.ok(protectedHeader.kid)
  return payload
}
