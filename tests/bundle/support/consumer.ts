/** The example's function as its program ships it, between a fake STS and a fake Vault. */
import { join } from "node:path";

import { moverStackOf, region } from "../../support/builders";
import { sharingExample } from "../../support/exampleFolder";
import { account, only, record, settle } from "../../support/mocks";
import { deploy, lambdaNode, startContainer } from "./container";
import type { Container } from "./container";
import { startFakeAws } from "./fakeAws";
import type { FakeAws } from "./fakeAws";
import { startFakeVault } from "./fakeVault";
import type { FakeVault } from "./fakeVault";

export const secretName = "payments/webhook-key";
/** Path of its home below the mount. */
export const home = `aws/${account}/${region}/${secretName}`;

interface ConsumerFunction {
  /** Text of `__index.js`. */
  readonly text: string;
  /** All keys of the archive, sorted. */
  readonly files: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

interface Archive {
  readonly assets: Promise<Readonly<Record<string, { readonly text?: string | Promise<string> }>>>;
}

/** Runs the example's program on a recording engine and takes its function out of it. */
export async function consumerFunction(login: "aws" | "jwt", cacheSeconds: number): Promise<ConsumerFunction> {
  const stack = "acme/homing/prod";
  const audience = login === "jwt" ? "https://vault.example.com" : "";
  const recording = await record(
    {},
    {
      "homing:moverStack": stack,
      "homing:secretName": secretName,
      "homing:cacheSeconds": cacheSeconds.toString(),
    },
    { [stack]: { ...moverStackOf({ account, loginMethod: login, loginPath: `homing-${login}`, audience }) } },
  );
  const example = sharingExample("consumer");
  try {
    await settle((await import(join(example.folder, "index.ts"))) as () => Promise<unknown>);
  } finally {
    example.remove();
  }
  const { code, environment } = only(recording, "aws:lambda/function:Function").inputs;
  const assets = await (code as Archive).assets;
  return {
    text: (await assets["__index.js"]?.text) ?? "",
    files: Object.keys(assets).sort(),
    environment: (environment as { variables: Record<string, string> }).variables,
  };
}

export interface ConsumerStage {
  readonly aws: FakeAws;
  readonly vault: FakeVault;
  /** @param changes of the function's environment */
  readonly start: (changes?: Readonly<Record<string, string>>) => Promise<Container>;
  readonly close: () => Promise<void>;
}

/** Deploys a function beside fakes of its own. */
export async function openConsumer(shipped: ConsumerFunction): Promise<ConsumerStage> {
  const node = await lambdaNode();
  const [aws, vault] = await Promise.all([startFakeAws(), startFakeVault({ mount: "homing", entityId: "reader" })]);
  const deployment = deploy(shipped);
  const containers: Container[] = [];
  return {
    aws,
    vault,
    start: async (changes = {}) => {
      const container = await startContainer({
        node,
        directory: deployment.directory,
        memory: 256,
        env: {
          AWS_REGION: region,
          AWS_ACCESS_KEY_ID: "ASIAEXAMPLE",
          AWS_SECRET_ACCESS_KEY: "secret-access-key-of-the-role",
          AWS_SESSION_TOKEN: "session-token-of-the-role",
          ...shipped.environment,
          AWS_ENDPOINT_URL: aws.address,
          HOMING_VAULT_ADDRESS: vault.address,
          ...changes,
        },
      });
      containers.push(container);
      return container;
    },
    close: async () => {
      await Promise.all(containers.map((container) => container.stop()));
      await Promise.all([aws.stop(), vault.stop()]);
      deployment.remove();
    },
  };
}
