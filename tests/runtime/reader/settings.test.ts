import { deepEqual, throws } from "node:assert/strict";

import { readReaderEnvironment, writeReaderEnvironment } from "../../../runtime/reader/settings";
import type { ReaderSettings } from "../../../runtime/reader/settings";
import { moverStackOf } from "../../support/builders";

const settings = (): ReaderSettings => {
  const { loginMethod, ...stack } = moverStackOf();
  return { ...stack, login: loginMethod, loginRole: "reader", cacheSeconds: 60, readerName: "", reportedSecrets: [] };
};

describe("the environment of a program that reads secrets", () => {
  it("is read as it was written, empty texts left out", () => {
    const env = writeReaderEnvironment(settings());

    deepEqual(readReaderEnvironment(env), settings());
    deepEqual(env.HOMING_VAULT_NAMESPACE, undefined);
    deepEqual(Object.values(env).includes(""), false);
  });

  it("fails with every variable that is missing or wrong", () => {
    const env = {
      ...writeReaderEnvironment(settings()),
      HOMING_MOUNT: "",
      HOMING_LOGIN: "token",
      HOMING_CACHE_SECONDS: "x",
    };

    throws(() => readReaderEnvironment(env), {
      message:
        "Secrets can't be read: missing environment variables: HOMING_MOUNT; HOMING_LOGIN is not one of aws, jwt; " +
        "HOMING_CACHE_SECONDS is not a number. " +
        "Give the function VaultReader's environment and deploy it again.",
    });
  });
});
