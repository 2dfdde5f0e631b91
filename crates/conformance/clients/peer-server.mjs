// oidc-provider alone, for the bench: says its issuer and serves until its input ends.
import { startPeer } from './peer.mjs'

const peer = await startPeer()
console.log(peer.issuer)
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
