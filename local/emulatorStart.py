"""Starts the AWS emulator, with what of it replaced that would mislead whoever works with it.

Two methods collect the lines that a function writes.

The emulator takes an invocation's lines until none came for 5 ms. On a busy machine a line can take longer from the
pipe, and then it is shown with the container's next invocation, if there is one; CloudWatch Logs show every line. Node
writes to a pipe before it goes on, so with the answer all lines are in the pipe: here they are read to the end.

The list of secrets tells which ones are replicated, as AWS's does.
"""

import json
import os
import selectors
import threading

from ministack.app import main
from ministack.core.lambda_runtime import Worker
from ministack.services import secretsmanager

# One for all workers: what it guards never waits.
taking = threading.Lock()


def take(pipe, lines):
    """Moves all that is in the pipe to the queue of lines. Answers whether more can come."""
    with taking:
        os.set_blocking(pipe.fileno(), False)
        while True:
            begun = getattr(lines, "begun", b"")
            try:
                read = os.read(pipe.fileno(), 65_536)
            except BlockingIOError:
                return True
            # A line that the end of the pipe cuts off is one, too.
            end = b"\n" if begun and not read else b""
            *whole, lines.begun = (begun + read + end).split(b"\n")
            for line in whole:
                lines.put(line.decode("utf-8", "replace"))
            if not read:
                return False


def read_lines(self):
    """The worker's thread: keeps the pipe from getting full, in which case the function would stand still."""
    pipe, lines = self._proc.stderr, self._stderr_queue
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            selector.select()
            if not take(pipe, lines):
                return


def lines_of_invocation(self):
    """Called when the invocation's answer has come, or its process was ended."""
    if self._proc is None:
        self._stderr_thread.join(timeout=1)
    else:
        take(self._proc.stderr, self._stderr_queue)
    return self._drain_stderr()


for method, replacement in {"_read_stderr": read_lines, "_drain_stderr_bounded": lines_of_invocation}.items():
    # Fails at the start when an emulator of another version has no such method.
    getattr(Worker, method)
    setattr(Worker, method, replacement)

emulators_list = secretsmanager._list_secrets


def list_secrets(data):
    """AWS names the primary region of every secret that has replicas, the emulator that of the replicas alone."""
    status, headers, body = emulators_list(data)
    answer = json.loads(body)
    for entry in answer.get("SecretList", []):
        if secretsmanager._secrets[entry["Name"]].get("ReplicationStatus"):
            entry.setdefault("PrimaryRegion", entry["ARN"].split(":")[3])
    return status, headers, json.dumps(answer, ensure_ascii=False).encode("utf-8")


secretsmanager._list_secrets = list_secrets

if __name__ == "__main__":
    main()
