"""Ansible's connection to a host of scripts/lab: by `scripts/lab exec`, so that nothing is needed on the host but Python."""
import os
import subprocess

from ansible.errors import AnsibleError
from ansible.plugins.connection import ConnectionBase

DOCUMENTATION = """
name: lab
short_description: hosts of scripts/lab
description: runs commands by scripts/lab exec, and sends files through it
author: the Locum developers
options:
  remote_addr:
    description: the host's name in the lab
    vars: [{name: inventory_hostname}]
"""

LAB = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "..", "scripts", "lab")


class Connection(ConnectionBase):
    transport = "lab"
    has_pipelining = True

    def _connect(self):
        self._connected = True
        return self

    def _on_host(self, argv, data=b""):
        done = subprocess.run([LAB, "exec", self.get_option("remote_addr"), *argv], input=data, capture_output=True)
        return done.returncode, done.stdout, done.stderr

    def exec_command(self, cmd, in_data=None, sudoable=True):
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        return self._on_host(["/bin/sh", "-c", cmd], in_data or b"")

    def put_file(self, in_path, out_path):
        with open(in_path, "rb") as file:
            code, _, errors = self._on_host(["dd", "bs=1M", "status=none", f"of={out_path}"], file.read())
        if code:
            raise AnsibleError(f"{out_path} cannot be written: {errors.decode()}")

    def fetch_file(self, in_path, out_path):
        code, data, errors = self._on_host(["cat", in_path])
        if code:
            raise AnsibleError(f"{in_path} cannot be read: {errors.decode()}")
        with open(out_path, "wb") as file:
            file.write(data)

    def close(self):
        self._connected = False
