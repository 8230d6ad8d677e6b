import { deepEqual, equal, match } from "node:assert/strict";
import { output } from "@pulumi/pulumi";
import { fenceDocument } from "../../../components/fence/fenceDocument";
import { deployFence } from "../../../components/fence/fences";
import type { FenceOutputs } from "../../../components/fence/fences";
import { configurationFaults } from "../../../policy/configuration";
import { rules } from "../../../policy/rules";
import { readSettings } from "../../../settings/settings";
import { account, record, region, settle, typesOf } from "../../support/mocks";
import type { Recording } from "../../support/mocks";

const place = { partition: "aws", account, region, dnsSuffix: "amazonaws.com" };
const list = { exemptNames: ["legacy/*"], serviceReadNames: ["glue/*"] };
const principals = [`arn:aws:iam::${account}:role/ci-*`];

async function deploy(
  config: Readonly<Record<string, string>>,
  regions: readonly string[] = [region],
): Promise<Recording & { readonly told: Readonly<Record<keyof FenceOutputs, string>> }> {
  const recording = await record();
  const settings = readSettings(place, {
    vaultAddress: "https://vault.example.com",
    exemptNames: JSON.stringify(list.exemptNames),
    serviceReadNames: JSON.stringify(list.serviceReadNames),
    ...config,
  });
  const told = await new Promise<Readonly<Record<keyof FenceOutputs, string>>>((resolve, reject) => {
    settle(() => {
      output(deployFence("test", place, regions, settings)).apply(resolve);
    }).catch(reject);
  });
  return { ...recording, told };
}

describe("the fences of a stack", () => {
  it("are made of the settings' list: the document and the pack's configuration, without a resource", async () => {
    const { resources, told } = await deploy({ fencePrincipals: JSON.stringify(principals) }, [region, "us-east-1"]);

    deepEqual(resources, []);
    deepEqual(
      JSON.parse(told.fencePolicy),
      fenceDocument({ ...list, partition: "aws", regions: [region, "us-east-1"], principals }),
    );
    equal(told.fencePolicyArn, "");
    const configured = JSON.parse(told.policyPackConfig) as Record<string, Record<string, unknown>>;
    deepEqual(configured, {
      "no-secrets-manager-secret": { ...list, homes: `homing/aws/${account}/<region>/{name}` },
    });
    deepEqual(configurationFaults(rules, configured), []);
  });

  it("are a permissions boundary as well, when it is asked for", async () => {
    const made = await deploy({ fence: "policy" });

    deepEqual(typesOf(made), ["aws:iam/policy:Policy", "homing:aws:Fence"]);
    equal(made.told.fencePolicyArn, `arn:aws:iam::${account}:policy/boundary/homing-test-${region}-fence`);
    match(made.told.policyPackConfig, new RegExp(`homing/aws/${account}/${region}/{name}`));
  });

  it("have no document where the mover works under a prefix only", async () => {
    const { told } = await deploy({ namePrefix: "app/" });

    equal(told.fencePolicy, "");
  });
});
