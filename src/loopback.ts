/** Which names and addresses lead to nothing but this machine. */

/** Whether only this machine is called so, as an address, in a URL or in the header `Host`. No port, no capitals. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|::1|\[::1\]|127(?:\.\d{1,3}){3})$/.test(host);
}
