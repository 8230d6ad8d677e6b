/** Prints what the program ships with default settings, so that a test can compare it with its own process's. */
import { shippedFunction } from "./shipped";

shippedFunction({ "homing:vaultAddress": "https://vault.example.com" }).then(
  ({ text, files }) => process.stdout.write(JSON.stringify({ text, files })),
  (error: unknown) => {
    process.stderr.write(String(error));
    process.exitCode = 1;
  },
);
