"use strict";

// What every function that reads secrets has to load: the yardstick for loading the mover.
const { SecretsManagerClient } = require("@aws-sdk/client-secrets-manager");

const client = new SecretsManagerClient({ region: process.env.AWS_REGION });

exports.handler = async () => client.config.serviceId;
