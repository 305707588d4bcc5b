#!/usr/bin/env python3
"""Asks the fronts in turn, 20 times a second, each time on a connection of its own and without waiting for those before.

A client of the load has one request at a time: where one server is silent, soon all clients wait for it, and nobody sees whether the
others answer. This sees it.

usage: witness.py STOP_FILE OUT FRONT…      runs until the file is there
OUT: one line of JSON a request: sent_ms (Unix time), front, and node: who answered rightly, or null.
"""
import asyncio
import json
import os
import sys
import time

interval_s = 0.05
limit_s = 3  # as long as a client of the load waits


async def answered_by(front):
    """The node that answered, or null."""
    host, _, port = front.rpartition(":")
    writer = None
    try:
        async with asyncio.timeout(limit_s):
            reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
            writer.write(f"GET /device-connector/config?device=D00001 HTTP/1.1\r\nHost: {front}\r\nConnection: close\r\n\r\n".encode())
            head, _, body = (await reader.read(-1)).decode().partition("\r\n\r\n")
        lines = head.split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in lines[1:])
        right = lines[0].split()[1] == "200" and json.loads(body)["device"] == "D00001"
        return fields["x-node"] if right else None
    except (OSError, asyncio.TimeoutError, LookupError, ValueError):
        return None
    finally:
        if writer:
            writer.close()


async def ask(front, out):
    sent_ms = int(time.time() * 1000)
    node = await answered_by(front)
    out.write(json.dumps({"sent_ms": sent_ms, "front": front, "node": node}) + "\n")


async def main(stop_file, file, *fronts):
    loop = asyncio.get_running_loop()
    asked = set()
    due = loop.time()
    turn = 0
    with open(file, "w", buffering=1) as out:
        while not os.path.exists(stop_file):
            task = asyncio.create_task(ask(fronts[turn % len(fronts)], out))
            asked.add(task)
            task.add_done_callback(asked.discard)
            turn += 1
            due += interval_s
            await asyncio.sleep(max(0, due - loop.time()))
        await asyncio.gather(*asked)


asyncio.run(main(*sys.argv[1:]))
