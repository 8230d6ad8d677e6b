"""Runs a program at a terminal of its own: COLUMNS ROWS PROGRAM ARGUMENTS...

What this process reads is typed at the terminal, and what stands there is its output. It ends with the program's exit code.
When its input ends, whoever looked at the terminal has gone, and the program is hung up on, as a closed window does it.
"""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios


def relay(child: int, terminal: int) -> None:
    while True:
        ready, _, _ = select.select([0, terminal], [], [])
        if terminal in ready:
            try:
                shown = os.read(terminal, 65536)
            except OSError:
                # Linux reports the end of the last program at the terminal as an error.
                return
            if not shown:
                return
            os.write(1, shown)
        if 0 in ready:
            typed = os.read(0, 65536)
            if not typed:
                os.kill(child, signal.SIGHUP)
                return
            os.write(terminal, typed)


def main() -> int:
    columns, rows, *program = sys.argv[1:]
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))
        os.execvp(program[0], program)
    relay(child, terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


sys.exit(main())
