/**
 * Limits for AWS calls, in milliseconds; the SDK itself tries a call several times. Without `throwOnRequestTimeout` it
 * only prints a warning when the time is over, and an answer that stops half-way is ended by `socketTimeout` alone.
 */
export const requestHandler = {
  connectionTimeout: 3_000,
  requestTimeout: 10_000,
  throwOnRequestTimeout: true,
  socketTimeout: 10_000,
};
