"""Runs a program on a terminal of its own (a pty), as a person would; and
measures what stands on it, wide characters counted as two columns."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
import unicodedata

ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)


class Terminal:
    """One program on a terminal. text: all it wrote so far, its own echo included."""

    def __init__(self, arguments, env, columns=80, rows=50):
        self.text = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(arguments[0], arguments, env)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            piece = os.read(self.fd, 65536)
        except OSError:
            return False
        self.text += piece.decode("utf-8", "replace")
        return bool(piece)

    def wait_for(self, wanted, seconds=30):
        until = time.monotonic() + seconds
        while wanted not in self.text and time.monotonic() < until and self._read(0.2):
            pass
        return wanted in self.text

    def type(self, text):
        os.write(self.fd, text.encode())

    def interrupt(self):
        os.kill(self.pid, signal.SIGINT)

    def end(self, seconds=60):
        """(exit status, text)"""
        until = time.monotonic() + seconds
        while self._read(0.2):
            if time.monotonic() > until:
                os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status), self.text.replace("\r\n", "\n")


def on_terminal(arguments, env, columns=80):
    return Terminal(arguments, env, columns).end()


def starts(line):
    """Columns at which the cells of a line start: after two blanks or more."""
    return [width(line[:m.start()]) for m in re.finditer(r"(?<!\S)(?:\S+ )*\S+", line)]
