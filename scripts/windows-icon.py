#!/usr/bin/env python3
"""Draws platform/windows/program.ico: a tile with an L that a dot stands in for."""
import pathlib
import struct
import zlib

SIZES = (16, 32, 48, 256)
FINE = 4  # points a pixel and direction, for smooth edges
TILE, INK, DOT = (31, 78, 121), (255, 255, 255), (255, 192, 64)


def colour(x, y):
    """Of a point of the unit square; None outside the tile."""
    corner = 0.18
    dx, dy = max(corner - x, x - 1 + corner, 0), max(corner - y, y - 1 + corner, 0)
    if dx * dx + dy * dy > corner * corner:
        return None
    if 0.26 <= x <= 0.42 and 0.2 <= y <= 0.8 or 0.26 <= x <= 0.76 and 0.64 <= y <= 0.8:
        return INK
    if (x - 0.66) ** 2 + (y - 0.36) ** 2 <= 0.14**2:
        return DOT
    return TILE


def pixel(size, column, row):
    points = [
        colour((column + (i + 0.5) / FINE) / size, (row + (j + 0.5) / FINE) / size)
        for i in range(FINE)
        for j in range(FINE)
    ]
    seen = [point for point in points if point]
    if not seen:
        return bytes(4)
    mean = [sum(point[i] for point in seen) // len(seen) for i in range(3)]
    return bytes((*mean, 255 * len(seen) // len(points)))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(size):
    rows = b"".join(b"\0" + b"".join(pixel(size, column, row) for column in range(size)) for row in range(size))
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def main():
    images = [png(size) for size in SIZES]
    at = 6 + 16 * len(images)
    head, body = struct.pack("<HHH", 0, 1, len(images)), b""
    for size, image in zip(SIZES, images):
        head += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(image), at + len(body))
        body += image
    folder = pathlib.Path(__file__).resolve().parent.parent / "platform/windows"
    (folder / "program.ico").write_bytes(head + body)


main()
