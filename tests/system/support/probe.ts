import { CreateFunctionCommand, DeleteFunctionCommand, InvokeCommand } from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";

import type { Clients, Credentials } from "./clients";

const handler = `exports.handler = async () => ({
  accessKeyId: process.env.AWS_ACCESS_KEY_ID,
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
  sessionToken: process.env.AWS_SESSION_TOKEN,
});`;

/**
 * The credentials that a function of another name gets with this role. A role that trusts only Lambda gives them to
 * nobody else, so they are asked of a function.
 */
export async function sessionOfFunction({ lambda }: Clients, FunctionName: string, Role: string): Promise<Credentials> {
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role,
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Timeout: 60,
      Code: { ZipFile: zipSync({ "index.js": strToU8(handler) }) },
    }),
  );
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName }));
  await lambda.send(new DeleteFunctionCommand({ FunctionName }));
  const answer = JSON.parse(Buffer.from(Payload ?? []).toString("utf8")) as Partial<Credentials>;
  const { accessKeyId, secretAccessKey, sessionToken } = answer;
  if (accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined) {
    throw new Error(`function ${FunctionName} has no credentials`);
  }
  return { accessKeyId, secretAccessKey, sessionToken };
}
