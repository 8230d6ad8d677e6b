import { deepEqual, equal } from "node:assert/strict";
import { providerIn } from "../../../components/aws/regionProvider";
import { only, record, settle } from "../../support/mocks";
import type { Registered } from "../../support/mocks";

/** The provider of eu-central-1 in account 123456789012, of a stack with this configuration. */
async function providerOf(config: Record<string, string>): Promise<Registered> {
  const recording = await record({}, { "aws:region": "eu-west-1", ...config });
  await settle(() => {
    providerIn("eu-central-1", "123456789012");
  });
  return only(recording, "pulumi:providers:aws");
}

describe("the provider of a further region", () => {
  it("is of that region, and of the stack's account only", async () => {
    const { name, inputs } = await providerOf({ "aws:allowedAccountIds": JSON.stringify(["999999999999"]) });

    equal(name, "aws-eu-central-1");
    deepEqual([inputs.region, inputs.allowedAccountIds], ["eu-central-1", JSON.stringify(["123456789012"])]);
  });

  it("goes to AWS as the stack's own provider does", async () => {
    const defaultTags = JSON.stringify({ tags: { team: "a" } });
    const assumeRoles = JSON.stringify([{ roleArn: "arn:aws:iam::123456789012:role/deploy" }]);
    const { inputs } = await providerOf({
      "aws:profile": "prod",
      "aws:defaultTags": defaultTags,
      "aws:assumeRoles": assumeRoles,
      "aws:useFipsEndpoint": "true",
    });

    deepEqual(
      [inputs.profile, inputs.defaultTags, inputs.assumeRoles, inputs.useFipsEndpoint],
      ["prod", defaultTags, assumeRoles, "true"],
    );
  });
});
