import { BlockList, isIP } from 'node:net'

/** Why an address is not fetched from, in words: link-local ones never are, private ones where `mayBePrivate`. */
export function whyNotFetched(address: string, mayBePrivate: boolean): string | undefined {
  if (matches(linkLocal, address)) return `it leads to the link-local address ${address}`
  return !mayBePrivate && isPrivate(address) ? `it is redirected to the private address ${address}` : undefined
}

const linkLocal = new BlockList()
linkLocal.addSubnet('169.254.0.0', 16)
linkLocal.addSubnet('fe80::', 10, 'ipv6')
linkLocal.addAddress('fd00:ec2::254', 'ipv6')

const privateAddresses = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  privateAddresses.addSubnet(network, bits)
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
] as const)
  privateAddresses.addSubnet(network, bits, 'ipv6')

/** Whether an address is one of somebody's own network. */
export function isPrivate(address: string): boolean {
  return matches(privateAddresses, address)
}

function matches(list: BlockList, address: string): boolean {
  // ::ffff:127.0.0.1 is 127.0.0.1.
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
}
