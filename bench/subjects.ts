/** The secrets that are moved in measurements. */

/** The largest value that Secrets Manager holds is 65,536 bytes. */
const largeBytes = 60_000;

export const small = JSON.stringify({ username: "app", password: "correct horse battery staple", port: 5432 });
export const large = JSON.stringify({ certificate: "0123456789abcdef".repeat(largeBytes / 16), key: "k" });
