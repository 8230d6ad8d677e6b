"""Moves secrets from AWS Secrets Manager to Vault KV version 2: the script that one writes in an afternoon.

It is what the mover is compared with, written in good faith and with nothing left out on purpose: JSON objects become
fields, everything else becomes one value, and the source is deleted with a recovery window. With --check it reads every
secret back from Vault and deletes only what came back as it was sent.

Prints one JSON object: how many were moved, how many failed, and the seconds without start and listing.
"""

import argparse
import base64
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
import hvac


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mount", required=True)
    parser.add_argument("--prefix", default="", help="only names that begin with it")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--check", action="store_true")
    return parser.parse_args()


def fields(secret):
    if "SecretBinary" in secret:
        return {"value": base64.b64encode(secret["SecretBinary"]).decode()}
    text = secret["SecretString"]
    try:
        parsed = json.loads(text)
    except ValueError:
        return {"value": text}
    return parsed if isinstance(parsed, dict) else {"value": text}


def move(secrets, kv, options, name):
    wanted = fields(secrets.get_secret_value(SecretId=name))
    kv.create_or_update_secret(mount_point=options.mount, path=name, secret=wanted)
    if options.check:
        answer = kv.read_secret_version(mount_point=options.mount, path=name, raise_on_deleted_version=True)
        if answer["data"]["data"] != wanted:
            raise RuntimeError("Vault holds something else")
    secrets.delete_secret(SecretId=name, RecoveryWindowInDays=30)


def main():
    options = arguments()
    secrets = boto3.client("secretsmanager", config=boto3.session.Config(max_pool_connections=32))
    kv = hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"]).secrets.kv.v2
    pages = secrets.get_paginator("list_secrets").paginate()
    names = [entry["Name"] for page in pages for entry in page["SecretList"]]
    names = [name for name in names if name.startswith(options.prefix)]

    def attempt(name):
        try:
            move(secrets, kv, options, name)
            return True
        except Exception:  # one secret's trouble must not end the run
            return False

    started = time.perf_counter()
    with ThreadPoolExecutor(options.threads) as pool:
        moved = list(pool.map(attempt, names))
    seconds = time.perf_counter() - started
    print(json.dumps({"moved": sum(moved), "failed": len(moved) - sum(moved), "seconds": seconds}))


main()
