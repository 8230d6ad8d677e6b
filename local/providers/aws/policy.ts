import type { ResourceType } from "../resourceType";
import { isObject, text, textMap } from "../values";
import type { Values } from "../values";
import { unlessMissing } from "./client";
import type { AwsClient } from "./client";
import { applyTags, tagList, tagMap, tagsProperty } from "./common";

const missing = ["NoSuchEntity"];

/** `aws:iam/policy:Policy` */
export function policyType(client: AwsClient): ResourceType {
  const iam = (operation: string, parameters: Values) => client.query("iam", operation, parameters);

  const outputs = (policy: Values, inputs: Values): Values => ({
    arn: policy.Arn,
    policyId: policy.PolicyId,
    tagsAll: textMap(inputs, "tags"),
  });

  async function find(PolicyArn: string): Promise<Values | undefined> {
    const answer = await unlessMissing(missing, () => iam("GetPolicy", { PolicyArn }));
    return answer && isObject(answer.Policy) ? answer.Policy : undefined;
  }

  /** Versions of the document beside the one in use, which keep a policy from being deleted and are five at most. */
  async function oldVersions(PolicyArn: string): Promise<readonly string[]> {
    const { Versions } = await iam("ListPolicyVersions", { PolicyArn });
    const members = isObject(Versions) ? Versions.member : [];
    const list = Array.isArray(members) ? members : [members];
    return list
      .filter(isObject)
      .filter(({ IsDefaultVersion }) => String(IsDefaultVersion) !== "true")
      .map((version) => text(version, "VersionId"));
  }

  async function removeOldVersions(PolicyArn: string): Promise<void> {
    for (const VersionId of await oldVersions(PolicyArn)) await iam("DeletePolicyVersion", { PolicyArn, VersionId });
  }

  return {
    properties: {
      name: { kind: "text", replaces: true },
      path: { kind: "text", default: "/", replaces: true },
      description: { kind: "text", replaces: true },
      policy: { kind: "json", required: true },
      tags: tagsProperty,
    },
    autoName: "name",
    identity: ["name", "path"],

    async create(inputs) {
      const { Policy } = await iam("CreatePolicy", {
        PolicyName: inputs.name,
        Path: inputs.path,
        Description: inputs.description,
        PolicyDocument: inputs.policy,
        Tags: tagList(textMap(inputs, "tags")),
      });
      const policy = isObject(Policy) ? Policy : {};
      return { id: text(policy, "Arn"), outputs: outputs(policy, inputs) };
    },

    async read(id) {
      const policy = await find(id);
      if (!policy) return undefined;
      const { PolicyVersion } = await iam("GetPolicyVersion", { PolicyArn: id, VersionId: policy.DefaultVersionId });
      const tags = isObject(policy.Tags) ? tagMap(policy.Tags.member) : {};
      return {
        ...outputs(policy, { tags }),
        name: policy.PolicyName,
        path: policy.Path,
        description: policy.Description,
        policy: decodeURIComponent(text(isObject(PolicyVersion) ? PolicyVersion : {}, "Document")),
        tags,
      };
    },

    async update(id, state, inputs) {
      await removeOldVersions(id);
      await iam("CreatePolicyVersion", { PolicyArn: id, PolicyDocument: inputs.policy, SetAsDefault: true });
      await applyTags(
        state,
        inputs,
        (tags) => iam("TagPolicy", { PolicyArn: id, Tags: tagList(tags) }),
        (TagKeys) => iam("UntagPolicy", { PolicyArn: id, TagKeys }),
      );
      return { tagsAll: textMap(inputs, "tags") };
    },

    async remove(id) {
      await unlessMissing(missing, async () => {
        await removeOldVersions(id);
        return iam("DeletePolicy", { PolicyArn: id });
      });
    },
  };
}
