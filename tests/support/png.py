"""Reads, writes and compares pictures: 8-bit RGB PNGs without interlacing, standard library alone.

Two machines do not draw the same bytes: another Mesa rounds edges and letters otherwise. What a
person sees hardly changes by that, and neither do the means of small blocks of pixels: pictures are
compared by those. A word of five letters that is gone is noticed, a single letter is not.
"""

import struct
import zlib
from dataclasses import dataclass

BLOCK = 8             # Pixels a side.
LEVELS_MAX = 10       # Of 255, that a block's mean may be off in any colour.
# Blocks that may be off by more. Mesa's other software renderer (GALLIUM_DRIVER=softpipe) puts
# the edges of one triangle into the pixels beside, which are eight in a dark and a light picture.
BLOCKS_MAX = 10


@dataclass
class Picture:
    width: int
    height: int
    rows: list   # Bytes, three a pixel.


def _unfilter(kind, row, above, step):
    row = bytearray(row)
    for i in range(len(row)):
        left = row[i - step] if i >= step else 0
        up = above[i]
        corner = above[i - step] if i >= step else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        else:
            by_left, by_up = abs(up - corner), abs(left - corner)
            by_corner = abs(left + up - 2 * corner)
            guess = left if by_left <= by_up and by_left <= by_corner else \
                up if by_up <= by_corner else corner
        row[i] = (row[i] + guess) & 255
    return bytes(row)


def read(path):
    """The Picture of a file, without what is transparent in it; ValueError for anything else."""
    data, at, packed, header = path.read_bytes(), 8, b"", None
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError(f"{path} is no PNG")
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    width, height, bits, colours, _, _, interlaced = header
    if bits != 8 or colours not in (2, 6) or interlaced:
        raise ValueError(f"{path} is no 8-bit RGB picture without interlacing")
    step = 3 if colours == 2 else 4
    raw, rows, above = zlib.decompress(packed), [], bytes(width * step)
    for y in range(height):
        start = y * (width * step + 1)
        row = raw[start + 1:start + 1 + width * step]
        if raw[start]:
            row = _unfilter(raw[start], row, above, step)
        above = row
        if step == 4:
            rgb = bytearray(3 * width)
            for channel in range(3):
                rgb[channel::3] = row[channel::4]
            row = bytes(rgb)
        rows.append(row)
    return Picture(width, height, rows)


def write(path, picture):
    """Without filters: what a window draws is flat, which deflate packs best as it is."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I",
                                                                       zlib.crc32(kind + body))
    header = struct.pack(">IIBBBBB", picture.width, picture.height, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row for row in picture.rows), 9)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) +
                     chunk(b"IEND", b""))


def above(first, second):
    """One picture over the other, of one width."""
    return Picture(first.width, first.height + second.height, first.rows + second.rows)


def means(picture):
    """Of every block: the sums of its three colours, and its pixels, row by row."""
    found = []
    for top in range(0, picture.height, BLOCK):
        rows = picture.rows[top:top + BLOCK]
        for left in range(0, picture.width, BLOCK):
            right = min(picture.width, left + BLOCK)
            parts = [row[3 * left:3 * right] for row in rows]
            pixels = (right - left) * len(rows)
            found.append([sum(sum(part[c::3]) for part in parts) / pixels for c in range(3)])
    return found


def difference(expected, actual):
    """What differs, in words for a person; "" when nobody would see it."""
    if (expected.width, expected.height) != (actual.width, actual.height):
        return (f"{actual.width}x{actual.height} instead of "
                f"{expected.width}x{expected.height} pixels")
    wide = -(-expected.width // BLOCK)
    off = [place for place, (a, b) in enumerate(zip(means(expected), means(actual)))
           if max(abs(x - y) for x, y in zip(a, b)) > LEVELS_MAX]
    blocks = wide * -(-expected.height // BLOCK)
    if len(off) <= BLOCKS_MAX:
        return ""
    columns, lines = [place % wide for place in off], [place // wide for place in off]
    return (f"{len(off)} of {blocks} blocks differ, within x {min(columns) * BLOCK}.."
            f"{(max(columns) + 1) * BLOCK}, y {min(lines) * BLOCK}..{(max(lines) + 1) * BLOCK}")
