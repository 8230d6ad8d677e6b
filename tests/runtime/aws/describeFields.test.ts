/** Every field of DescribeSecret, by AWS's own model of it, is used or knowingly left aside. */
import { deepEqual } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { pythonEnvironment } from "../../../local/tools/pythonEnvironment";

const used = [
  "ARN",
  "CrossAccountPrimary",
  "CrossAccountReplicas",
  "DeletedDate",
  "Description",
  "Name",
  "OwningService",
  "PrimaryRegion",
  "ReplicationStatus",
  "RotationEnabled",
  "Tags",
  "Type",
  "VersionIdsToStages",
];

/** Each with the reason why no decision needs it. */
const leftAside: Readonly<Record<string, string>> = {
  CreatedDate: "of no account",
  ExternalSecretRotationMetadata: "such a secret has a Type, by which it is left alone",
  ExternalSecretRotationRoleArn: "such a secret has a Type, by which it is left alone",
  KmsKeyId: "AWS encrypts and decrypts by itself; a key that can't be used shows when the value is read",
  LastAccessedDate: "who still reads a secret is not looked at yet",
  LastChangedDate: "the version's id tells of a change",
  LastRotatedDate: "of no account: a pending version shows by its label",
  NextRotationDate: "of no account: a pending version shows by its label",
  RotationLambdaARN: "of no account",
  RotationRules: "AWS keeps them through a deletion and its restore",
};

const program = `
import botocore.session, json
model = botocore.session.get_session().get_service_model("secretsmanager")
print(json.dumps(sorted(model.operation_model("DescribeSecret").output_shape.members)))
`;

describe("the fields of DescribeSecret", function () {
  this.timeout(300_000);

  it("are all known, in the newest model of AWS's that this was held against", async () => {
    const python = await pythonEnvironment(
      "botocore",
      {
        package: "botocore",
        version: "1.44.8",
        executable: "python",
        note: "about five seconds",
        constraints: join(__dirname, "python-constraints.txt"),
      },
      (line) => {
        console.error(line);
      },
    );

    const fields = JSON.parse(execFileSync(python, ["-c", program], { encoding: "utf8" })) as readonly string[];

    deepEqual(fields, [...used, ...Object.keys(leftAside)].sort());
  });
});
