import { version } from "@pulumi/aws/package.json";
import { serve } from "../serve";
import { awsTable } from "./table";

serve(() => awsTable(process.env, process.cwd(), version));
